import { beforeAll, describe, expect, test } from 'vitest'
import { type ClaimInput, nullifierOf } from '../compute/airdrop.ts'
import { airdropForgeries, claimAt } from './forgeries/airdrop.ts'
import { free } from './hints.ts'
import { airdrop } from './model/compute/airdrop.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

let circuit: TemplateCircuit
beforeAll(async () => {
  circuit = await loadTemplate('airdrop')
}, 120_000)

const inputOf = ({ children, ...rest }: ClaimInput) => ({ ...rest, children: children.map((row) => [...row]) })

describe('Airdrop(2)', () => {
  test.each([0, 1, 15, 16, 21, 39])('says nullifier and amount of leaf %d', (place) => {
    const claim = claimAt(place)
    expect(circuit.run(inputOf(claim))).toEqual([nullifierOf(claim.secret, claim.root), claim.amountOfLeaf])
  })

  test('says the same of any recipient', () => {
    const [first, ...others] = [0n, 1n, 2n ** 248n - 1n].map((recipient) =>
      circuit.run(inputOf(claimAt(7, { recipient }))),
    )
    expect(others).toEqual([first, first])
    expect(circuit.run(inputOf(claimAt(7, { recipient: 2n ** 248n })))).toBeUndefined()
  })

  test('has another nullifier in another drop, and one in its own', () => {
    const claim = claimAt(3)
    const elsewhere = claimAt(3, { leaf: claimAt(3).children[0]![3]! })
    expect(circuit.run(inputOf(elsewhere))).toEqual(circuit.run(inputOf(claim)))
    expect(nullifierOf(claim.secret, claim.root)).not.toBe(nullifierOf(claim.secret, claim.root + 1n))
  })

  test('leaves nothing free once the inputs are given', () => {
    const hint = { wires: /^main\.amount$/, argument: 'It is the input amountOfLeaf: both are one wire.' }
    expect(free(circuit, /^main\.(root|recipient|secret|place|children.*)$/, [hint])).toEqual([])
  })

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(airdropForgeries)('$name', ({ claim, lies, refusedBy }) => {
    expect(circuit.refusals((s) => airdrop(s, claim), lies)).toEqual(refusedBy)
  })
})
