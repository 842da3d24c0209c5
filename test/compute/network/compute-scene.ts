import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type BlockHash, blockHash, regtest } from '../../../src/bitcoin/index.ts'
import type { PeerTransport } from '../../../src/bus/index.ts'
import type { Clock } from '../../../src/compute/io/service/clock.ts'
import type { ComputeEvents } from '../../../src/compute/io/service/compute-events.ts'
import { ComputeService } from '../../../src/compute/io/service/compute-service.ts'
import type { FollowedChain } from '../../../src/compute/io/service/own-chain.ts'
import type { ChainReading, OwnReadingComponents } from '../../../src/compute/io/service/own-reading.ts'
import type { RequestSource } from '../../../src/compute/io/service/prepare-requested.ts'
import type { ResultMessage } from '../../../src/compute/peers/result-message.ts'
import { Registered } from '../../../src/compute/scheduling/registered.ts'
import type { OnRequest, OwnBlock, ServedProgram } from '../../../src/compute/service/served-program.ts'
import {
  abortedError,
  bytesToHex,
  concatBytes,
  equalBytes,
  hexToBytes,
  rejection,
  uint32Bytes,
} from '../../../src/lib/index.ts'
import { storageParams } from '../../../storage/index.ts'
import { PeerNet } from '../../storage/peer-net.ts'

export const PROGRAM = 'ab'.repeat(32)
export const SLOT_MS = 1_000
/** Registered at 100, and counting long since. */
const RECORDED = 100
export const FIRST = 200

export function hashOf(height: number, branch = 0): BlockHash {
  return blockHash(sha256(Uint8Array.of(branch, ...uint32Bytes(height))))
}

/** Of programs that read nothing of the chain by themselves. */
export const readsNothing: ChainReading = {
  period: () => Promise.reject(new Error('nothing is read of a period')),
  transactions: () => Promise.reject(new Error('no transactions are read')),
  records: () => Promise.reject(new Error('no records are read')),
}

/** Of a reading that no records are read by. */
export const recordless = { params: regtest, client: {}, inscriptions: {} } as unknown as Pick<
  OwnReadingComponents,
  'params' | 'client' | 'inscriptions'
>

/** What stands for a proof here: nobody makes it without knowing what it is of. */
export function proofOf(height: number, hash: BlockHash, salt = 0): Uint8Array {
  return concatBytes(Uint8Array.of(salt), sha256(concatBytes(uint32Bytes(height), hash)))
}

export function messageOf(
  height: number,
  proof = proofOf(height, hashOf(height)),
  branch = 0,
  state = 7n,
): ResultMessage {
  const head = { program: hexToBytes(PROGRAM), height, blockHash: hashOf(height, branch), proof }
  return { result: { kind: 'stream', ...head, steps: 1, state: [state], log: [] }, evidence: [] }
}

/** A clock that stands still until it is told to go on. */
export class TestClock implements Clock {
  #now = 0
  readonly #waiting = new Set<{ readonly at: number; wake(): void }>()

  now(): number {
    return this.#now
  }

  delay(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const one = { at: this.#now + ms, wake: resolve }
      this.#waiting.add(one)
      signal.addEventListener('abort', () => reject(abortedError(signal.reason)), { once: true })
    })
  }

  /** Everybody whose time has come goes on. */
  pass(ms: number): void {
    this.#now += ms
    for (const one of [...this.#waiting]) {
      if (one.at > this.#now) continue
      this.#waiting.delete(one)
      one.wake()
    }
  }
}

/** A chain that grows as a test wants, the same for all who follow it. */
export class TestChain implements FollowedChain {
  #branch = 0
  #height = FIRST
  #news = Promise.withResolvers<void>()

  get height(): number {
    return this.#height
  }

  async at(height: number): Promise<OwnBlock | null> {
    return height > this.#height ? null : { height, hash: hashOf(height, this.#branch), accumulator: BigInt(height) }
  }

  grow(height: number, branch = this.#branch): void {
    this.#branch = branch
    this.#height = height
    this.#news.resolve()
    this.#news = Promise.withResolvers()
  }

  async *follow(signal: AbortSignal) {
    const gone = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(abortedError(signal.reason)), { once: true }),
    )
    gone.catch(() => undefined)
    for (;;) {
      const news = this.#news.promise
      const { height } = this
      yield { height, hash: hashOf(height, this.#branch) }
      await Promise.race([news, gone])
    }
  }
}

/** How a node's proofs come to be; as it should be unless a test says otherwise. */
export type Proves = (block: OwnBlock, signal: AbortSignal) => Promise<ResultMessage>

export function testProgram(
  prove: ServedProgram['prove'],
  everyBlocks: number | null = 1,
  { id = PROGRAM, onRequest = null, lastEvent }: Partial<Pick<ServedProgram, 'id' | 'onRequest' | 'lastEvent'>> = {},
): ServedProgram {
  return {
    ...{ id, name: 'test', prove, onRequest, ...(lastEvent && { lastEvent }) },
    pace: everyBlocks === null ? null : { every: everyBlocks, rest: 0 },
    identityOf: ({ result }) => bytesToHex(sha256(concatBytes(uint32Bytes(result.height), result.blockHash))),
    async judge({ result }, { block }) {
      const right = proofOf(block.height, block.hash)
      if (!equalBytes(result.proof.subarray(1), right.subarray(1))) return rejection('proof-invalid', 'no proof')
      return result.kind === 'stream' && result.state[0] === 7n
        ? { ok: true }
        : rejection('wrong-state', 'another state')
    },
  }
}

/** As it should be, with as many log entries. */
export const logging =
  (entries: number): Proves =>
  async (block, signal) => {
    const { result, evidence } = await rightly(block, signal)
    const log = Array.from({ length: entries }, (_, i) => BigInt(i))
    return { result: { ...result, log } as ResultMessage['result'], evidence }
  }

/** Goes on until it is no longer wanted. */
export const stalls: Proves = (_, signal) =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(abortedError(signal.reason)), { once: true }),
  )

export const rightly: Proves = async ({ height, hash }) => {
  const { result, evidence } = messageOf(height)
  return { result: { ...result, blockHash: hash, proof: proofOf(height, hash) }, evidence }
}

export interface TestNode {
  readonly name: string
  readonly key: string
  readonly service: ComputeService
  readonly told: { readonly name: keyof ComputeEvents; readonly event: unknown }[]
  of(name: keyof ComputeEvents): unknown[]
  stop(): Promise<void>
}

const secretOf = (name: string) => sha256(new TextEncoder().encode(name))

export interface NodeOptions {
  readonly registered?: boolean
  readonly everyBlocks?: number | null
  readonly onRequest?: OnRequest | null
  readonly lastEvent?: NonNullable<ServedProgram['lastEvent']>
  readonly requests?: RequestSource
  /** A peer in memory unless given. */
  readonly transport?: PeerTransport
}

/** Nodes over one chain and one clock. */
export class ComputeScene {
  readonly net = new PeerNet()
  readonly chain = new TestChain()
  readonly clock = new TestClock()
  readonly #keys = new Set<string>()
  readonly #nodes: TestNode[] = []

  /** Nodes that are there already learn of it with the next block. */
  register(...names: readonly string[]): void {
    for (const name of names) this.#keys.add(bytesToHex(ed25519.getPublicKey(secretOf(name))))
  }

  async node(name: string, prove: ServedProgram['prove'] = rightly, options: NodeOptions = {}): Promise<TestNode> {
    const secretKey = secretOf(name)
    const key = bytesToHex(ed25519.getPublicKey(secretKey))
    if (options.registered !== false) this.register(name)
    const service = new ComputeService({
      params: regtest,
      programs: [testProgram(prove, options.everyBlocks, options)],
      chain: this.chain,
      requests: options.requests,
      transport: options.transport ?? this.net.transport(name),
      secretKey,
      registered: async () =>
        new Registered(
          storageParams(regtest),
          [...this.#keys].map((peer) => ({ author: peer, peer, seq: 1, height: RECORDED })),
        ),
      slotMs: SLOT_MS,
      clock: this.clock,
    })
    const told: TestNode['told'][number][] = []
    const names = [
      'tip',
      'elected',
      'proving',
      'stopped',
      'nothing',
      'result',
      'ungossiped',
      'refused',
      'failed',
      'paused',
      'requested',
      'unserved',
      'answered',
      'withdrawn',
      'error',
    ] as const
    for (const one of names) service.events.on(one, (event) => told.push({ name: one, event }))
    const stop = () => service.stop()
    const node = {
      name,
      key,
      service,
      told,
      stop,
      of: (one: keyof ComputeEvents) => told.flatMap(({ name, event }) => (name === one ? [event] : [])),
    }
    this.#nodes.push(node)
    await service.start()
    return node
  }

  async end(): Promise<void> {
    await Promise.all(this.#nodes.map(({ stop }) => stop()))
  }
}
