import { describe, expect, it } from 'vitest'
import { cureOf } from '../../src/cli/proof-cure.ts'
import { mineChain } from '../bus/chain-fixture.ts'
import { fakeProof } from '../bus/fake-proof.ts'

describe('what to try where a proof is of another network', () => {
  it('follows from what the file says of itself, and from nothing where there is no file', async () => {
    const proof = await fakeProof(mineChain(2).states[1]!)
    expect(cureOf('wrong-network', proof, {})).toBe('the file names regtest: try --network regtest')
    expect(cureOf('wrong-network', Uint8Array.of(1), {})).toMatch(/^it names none of the built-in networks/)
    expect(cureOf('wrong-network', undefined, {})).toBeNull()
  })
})
