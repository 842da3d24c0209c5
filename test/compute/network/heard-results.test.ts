import { expect, test } from 'vitest'
import type { PeerName } from '../../../src/bus/index.ts'
import { type HeardResult, HeardResults } from '../../../src/compute/io/service/heard-results.ts'
import type { ResultMessage } from '../../../src/compute/peers/result-message.ts'
import { KnownResults } from '../../../src/compute/service/known-results.ts'
import type { ServedProgram } from '../../../src/compute/service/served-program.ts'
import { hashOf } from './compute-scene.ts'

const HEIGHT = 100

/** A node at a height; every result is right, each of another identity. */
function opened() {
  const chain = {
    height: HEIGHT,
    at: async (height: number) => ({ height, hash: hashOf(height), accumulator: 0n }),
  }
  const known = new KnownResults()
  let identity = 0
  const program = {
    pace: null,
    identityOf: ({ result }: ResultMessage) => `${result.program}`,
    judge: async () => ({ ok: true }),
  } as unknown as ServedProgram
  const heard = new HeardResults({
    chain,
    transport: { blame: () => undefined, isBanned: () => false },
    known: () => known,
    isWanted: () => false,
    taken: () => undefined,
    refused: () => undefined,
  })
  /** Results of the next block, all at once. */
  const hear = (from: string, count: number): Promise<HeardResult>[] =>
    Array.from({ length: count }, () => {
      const result = { height: chain.height + 1, blockHash: hashOf(chain.height + 1), program: ++identity }
      return heard.hear(program, { result, evidence: [] } as unknown as ResultMessage, from as PeerName)
    })
  const mine = () => {
    chain.height++
    heard.moved()
  }
  return { hear, mine }
}

const takenOf = async (all: Promise<HeardResult>[]) => (await Promise.all(all)).filter((one) => one === 'taken').length

test('peers that nothing is known of have half of the places for results of blocks to come, and few each', async () => {
  const { hear, mine } = opened()
  const first = hear('honest', 20)
  mine()
  expect(await takenOf(first)).toBe(16)
  const strangers = Array.from({ length: 20 }, (_, i) => hear(`stranger ${i}`, 20)).flat()
  const honest = hear('honest', 128)
  mine()
  expect(await takenOf(honest)).toBe(128)
  expect(await takenOf(strangers)).toBe(128)
})
