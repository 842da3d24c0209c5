import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { afterEach, expect, it } from 'vitest'
import { fromDisplay, regtest, toDisplay } from '../../../src/bitcoin/index.ts'
import { ComputeService } from '../../../src/compute/io/service/compute-service.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import { encodeResult } from '../../../src/compute/result/result-file.ts'
import { Registered } from '../../../src/compute/scheduling/registered.ts'
import { bytesToHex, concatBytes, hexToBytes, orAborted, uint32Bytes } from '../../../src/lib/index.ts'
import { storageParams } from '../../../storage/index.ts'
import { ComputeScene, FIRST, proofOf, testProgram } from './compute-scene.ts'

const scene = new ComputeScene()
afterEach(() => scene.end())

const PROGRAMS = 10
/** Proofs that a node makes from one block to the next: too few for all programs. */
const PROOFS_A_BLOCK = 4
const BLOCKS = 40
/** Blocks in which each program has its turn once. */
const CYCLE = Math.ceil(PROGRAMS / PROOFS_A_BLOCK)

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

it('with more programs than can be proved at a block, each is proved in its turn at the newest block there is', async () => {
  /** What the one proof that is being made waits for. */
  let working: (() => void) | null = null
  const queue = new LocalQueue(async ({ program, height, blockHash }, signal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    working = resolve
    await orAborted(promise, signal)
    const hash = fromDisplay(blockHash)
    const head = { program: hexToBytes(program), height, blockHash: hash, proof: proofOf(height, hash) }
    return encodeResult({ kind: 'stream', ...head, steps: 1, state: [7n], log: [] })
  })
  const jobs = new SharedJobs(queue)
  const programs = Array.from({ length: PROGRAMS }, (_, i) => {
    const id = bytesToHex(sha256(Uint8Array.of(i)))
    return testProgram(
      async ({ height, hash }, signal) => {
        const job = bytesToHex(sha256(concatBytes(hexToBytes(id), uint32Bytes(height), hash)))
        const about = { id: job, program: id, kind: 'stream', height, blockHash: toDisplay(hash) } as const
        return { result: await jobs.prove({ ...about, inputs: [], priority: 10, attempts: 1 }, signal), evidence: [] }
      },
      1,
      { id },
    )
  })
  const secretKey = sha256(Uint8Array.of(1))
  const peer = bytesToHex(ed25519.getPublicKey(secretKey))
  const service = new ComputeService({
    ...{ params: regtest, programs, chain: scene.chain, transport: scene.net.transport('alone'), secretKey },
    registered: async () => new Registered(storageParams(regtest), [{ author: peer, peer, seq: 1, height: 100 }]),
    clock: scene.clock,
  })
  /** Of each program at which heights it was proved, and how many blocks behind the tip that was. */
  const proved = new Map(programs.map(({ id }) => [id, [] as { height: number; late: number }[]]))
  service.events.on('result', ({ program, message: { result } }) => {
    proved.get(program)?.push({ height: result.height, late: scene.chain.height - result.height })
  })
  await queue.start()
  await service.start()
  for (let height = FIRST + 1; height <= FIRST + BLOCKS; height++) {
    for (let i = 0; i < PROOFS_A_BLOCK; i++) {
      await expect.poll(() => working, { interval: 1 }).not.toBeNull()
      const end = working as unknown as () => void
      working = null
      end()
    }
    await settled()
    scene.chain.grow(height)
    await settled()
  }
  for (const results of proved.values()) {
    // None is left out for the others, and none is proved twice at a block.
    expect(results.length).toBeGreaterThanOrEqual(Math.floor((BLOCKS * PROOFS_A_BLOCK) / PROGRAMS) - 1)
    const heights = results.map(({ height }) => height)
    expect(heights).toEqual([...new Set(heights)].sort((a, b) => a - b))
    // As late at the end as at the beginning: blocks that came meanwhile are passed over.
    for (const { late } of results) expect(late).toBeLessThanOrEqual(CYCLE)
    for (const [i, height] of heights.slice(1).entries()) {
      expect(height - (heights[i] as number)).toBeLessThanOrEqual(CYCLE + 1)
    }
    expect(FIRST + BLOCKS - (heights.at(-1) as number)).toBeLessThanOrEqual(2 * CYCLE + 1)
  }
  await service.stop()
  await queue.stop()
})
