import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { WitnessCalculator } from '../../src/proving/index.ts'
import { compileCircom, WitnessThread } from '../../src/proving/io/index.ts'

let thread: WitnessThread | undefined
afterEach(() => thread?.close())

const circuitOf = (name: string) =>
  compileCircom(fileURLToPath(new URL(`../circuits/mains/${name}.circom`, import.meta.url)))

it('one thread makes witnesses of several circuits in turns, and none is another’s', async () => {
  thread = new WitnessThread()
  const circuits = await Promise.all(['is-zero', 'bits'].map(circuitOf))
  const [isZero, bits] = (await Promise.all(circuits.map((circuit) => thread?.open(circuit)))) as [Source, Source]
  const [zeros, numbers] = (await Promise.all(
    circuits.map(async ({ wasm }) => await WitnessCalculator.load(new Uint8Array(await readFile(wasm)))),
  )) as [WitnessCalculator, WitnessCalculator]
  const inputs = [0n, 1n, 5n].map((value) => ({ in: value }))
  const made = await Promise.all(inputs.flatMap((input) => [isZero.witness(input), bits.witness(input)]))
  expect(made).toEqual(inputs.flatMap((input) => [zeros.calculate(input), numbers.calculate(input)]))

  // What one refuses, or whoever leaves it, costs the other nothing.
  const stop = new AbortController()
  const left = bits.witness({ in: 7n }, stop.signal)
  stop.abort()
  const refused = bits.witness({ in: 2n ** 250n })
  const after = isZero.witness({ in: 0n })
  await expect(left).rejects.toMatchObject({ code: 'E_ABORTED' })
  await expect(refused).rejects.toMatchObject({ code: 'E_WITNESS' })
  expect(await after).toEqual(zeros.calculate({ in: 0n }))

  await isZero.close()
  expect(await bits.witness({ in: 9n })).toEqual(numbers.calculate({ in: 9n }))
  await thread.close()
  await expect(bits.witness({ in: 9n })).rejects.toMatchObject({ code: 'E_WITNESS' })
})

type Source = Awaited<ReturnType<WitnessThread['open']>>
