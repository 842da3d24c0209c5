import { createHash } from 'node:crypto'
import { regtest } from '../../src/bitcoin/index.ts'
import { type JudgedRecord, ResultsStore } from '../../src/compute/io/results/results-store.ts'
import type { Judgement } from '../../src/compute/results/judgement.ts'
import type { Place, ResultEvent } from '../../src/compute/results/since.ts'
import type { LevelStore } from '../../src/lib/io/index.ts'

/** A store in memory, as LevelDB orders it; values go through JSON. */
export function memoryStore(): LevelStore<string, unknown> & { readonly batches: number } {
  const all = new Map<string, string>()
  let batches = 0
  const within = (range: { gte?: string; lt?: string } = {}) =>
    [...all.keys()].filter((key) => key >= (range.gte ?? '') && (range.lt === undefined || key < range.lt)).sort()
  const read = (key: string) => (all.has(key) ? JSON.parse(all.get(key) as string) : undefined)
  return {
    get batches() {
      return batches
    },
    get: async (key) => read(key),
    getMany: async (keys) => keys.map(read),
    put: async (key, value) => void all.set(key, JSON.stringify(value)),
    del: async (key) => void all.delete(key),
    batch: async (writes) => {
      batches++
      for (const write of writes) {
        if (write.type === 'put') all.set(write.key, JSON.stringify(write.value))
        else all.delete(write.key)
      }
    },
    async *keys(range) {
      yield* within(range)
    },
    async *values(range) {
      for (const key of within(range)) yield read(key)
    },
    async *entries(range) {
      for (const key of within(range)) yield [key, read(key)]
    },
    close: async () => undefined,
  }
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export const GENESIS: Place = { height: -1, hash: '00'.repeat(32) }

/** A block of a made-up chain; its hash stands for all before it. */
export interface MadeBlock extends Place {
  readonly previous: string
  readonly records: readonly JudgedRecord[]
}

let made = 0

/** A record in a made-up block: about this identity, or not valid. */
export function madeRecord(what: string | null): JudgedRecord {
  const id = `${hashOf(`record ${made++}`)}i0`
  const judgement: Judgement =
    what === null
      ? { state: 'invalid', reason: 'proof-invalid', detail: 'made up' }
      : { state: 'valid', identity: hashOf(what), says: { x: '1' }, completeness: 'complete' }
  const about = {
    author: hashOf('author'),
    program: hashOf('program'),
    height: 0,
    blockHash: hashOf('block'),
    bytes: 1,
  }
  return { id, ...about, judgement }
}

export function blockAfter(previous: Place, records: readonly JudgedRecord[]): MadeBlock {
  const height = previous.height + 1
  return { height, hash: hashOf(`${previous.hash} ${made++}`), previous: previous.hash, records }
}

export async function openMade(programs: readonly string[] = []): Promise<ResultsStore> {
  return await ResultsStore.over(memoryStore(), { params: regtest, programs, base: GENESIS })
}

/** What a reader holds who has done all that it was told. */
export class Reader {
  readonly results = new Map<string, string>()
  readonly final = new Set<string>()

  take(events: readonly ResultEvent[]): void {
    for (const told of events) {
      switch (told.event) {
        case 'result': {
          const { identity, id } = told.result
          if (this.results.has(identity)) throw new Error(`${identity} is told twice`)
          this.results.set(identity, id)
          break
        }
        case 'final':
          if (this.results.get(told.identity) !== told.id) throw new Error('what is final was not told')
          if (this.final.has(told.identity)) throw new Error('final twice')
          this.final.add(told.identity)
          break
        case 'undo':
          for (const { identity, id, final } of told.withdrawn) {
            if (this.results.get(identity) !== id) throw new Error('what is withdrawn was not told')
            if (this.final.has(identity) !== final) throw new Error('another finality is withdrawn')
            this.results.delete(identity)
            this.final.delete(identity)
          }
      }
    }
  }
}

/** The plain computation: by whom each identity counts, and which are final, in a chain read from its first block on. */
export function naively(chain: readonly MadeBlock[], finality: number): Reader {
  const reader = new Reader()
  for (const block of chain) {
    for (const { id, judgement } of block.records) {
      if (judgement.state !== 'valid' || reader.results.has(judgement.identity)) continue
      reader.results.set(judgement.identity, id)
      if (chain.length - block.height >= finality) reader.final.add(judgement.identity)
    }
  }
  return reader
}
