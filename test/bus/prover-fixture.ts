import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type Header, headerHash, regtest } from '../../src/bitcoin/index.ts'
import { CheckpointStore } from '../../src/bus/io/prover/checkpoint-store.ts'
import { bitcoindSource, fileSource, type HeaderSource } from '../../src/bus/io/prover/header-source.ts'
import { BusProver, type ProverOptions } from '../../src/bus/io/prover/prover.ts'
import { verifyProof } from '../../src/bus/verify.ts'
import { diskFiles, type Files } from '../../src/lib/io/index.ts'
import { wellOf } from '../support/results.ts'
import { type FixtureChain, headerFile, mineChain, regtestStart } from './chain-fixture.ts'
import { FAKE_KEY, FakeEngine } from './fake-engine.ts'
import { poseidon } from './poseidon-reference.ts'

export const main = mineChain(60)
export const start = regtestStart()
export const NOW = 1_800_000_000
export const owner = { params: 'p', start: 's', keyId: FAKE_KEY }

export const stateAt = (chain: FixtureChain, i: number) =>
  chain.states[i] as NonNullable<FixtureChain['states'][number]>

export const cut = (chain: FixtureChain, length: number): FixtureChain => ({
  headers: chain.headers.slice(0, length),
  states: chain.states.slice(0, length),
})

/** Leaves `main` after height `fork`. */
function branch(fork: number, length: number): FixtureChain {
  const tail = mineChain(length, 7, fork === 0 ? start : stateAt(main, fork - 1))
  return {
    headers: [...main.headers.slice(0, fork), ...tail.headers],
    states: [...main.states.slice(0, fork), ...tail.states],
  }
}
export const branches = [branch(59, 2), branch(54, 8), branch(30, 35)]

/** A file of these headers. */
export function source(headers: readonly Header[]): HeaderSource {
  const made = fileSource(headerFile(headers))
  if (!made.ok) throw new Error(made.reject)
  return made.source
}

/** A node whose chain `chain` says anew at every question; no more than `most` headers an answer. */
export function node(chain: () => FixtureChain, most = Number.POSITIVE_INFINITY): HeaderSource {
  return bitcoindSource({
    getBlockCount: async () => chain().headers.length,
    getBlockHash: async (height) => (height === 0 ? start.context.hash : chain().states[height - 1]?.context.hash),
    getHeaders: async (from, count) =>
      chain()
        .headers.slice(from - 1, from - 1 + Math.min(count, most))
        .map((header, i) => ({ height: from + i, hash: headerHash(header), header })),
  })
}

export async function heightOf(prover: BusProver): Promise<number> {
  const verifier = new FakeEngine(start)
  const result = await verifyProof(await prover.compress(), { params: regtest, verifier, now: NOW })
  return wellOf(result).chain.height
}

/** A fresh directory for each test of a file. */
export class ProverPlace {
  #dir = ''

  constructor() {
    beforeEach(async () => {
      this.#dir = await mkdtemp(join(tmpdir(), 'wsc-prover-'))
    })
    afterEach(() => rm(this.#dir, { recursive: true, force: true }))
  }

  get dir(): string {
    return this.#dir
  }

  /** Empties it, for tests that begin anew many times. */
  async fresh(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true })
  }

  async withProver<T>(
    use: (prover: BusProver, engine: FakeEngine, store: CheckpointStore) => Promise<T>,
    changes: Partial<ProverOptions> & { files?: Files } = {},
  ): Promise<T> {
    const { files = diskFiles, ...rest } = changes
    const store = await CheckpointStore.open({ dir: this.dir, owner, params: regtest, poseidon, files })
    const engine = new FakeEngine(start)
    for (const chain of [main, ...branches]) for (const state of chain.states) engine.know(state)
    const clock = () => NOW * 1000
    const prover = new BusProver({ start, engine, witnesses: engine, store, poseidon, clock, ...rest })
    try {
      return await use(prover, engine, store)
    } finally {
      await store.close()
    }
  }
}
