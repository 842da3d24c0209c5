import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BlockHash, encodeEnvelope, fromDisplay, regtest } from '../../src/bitcoin/index.ts'
import { recordContent } from '../../src/settlement/index.ts'
import {
  type InscriberComponents,
  InscriberService,
  InscriptionIndex,
  type JobView,
  openStore,
  type RecordWarning,
  settlementPlaces,
} from '../../src/settlement/io/index.ts'
import { indexFolder } from '../../src/settlement/io/places.ts'
import { block } from '../support/blocks.ts'
import { textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

let scene: InscriberScene
let state: string
let home: string
beforeEach(async () => {
  scene = await InscriberScene.make(4)
  home = await mkdtemp(join(tmpdir(), 'wsc-service-'))
  state = settlementPlaces(home, regtest).state
})
afterEach(async () => {
  await scene.remove()
  await rm(home, { recursive: true, force: true })
})

const service = (components: Partial<InscriberComponents> = {}) =>
  new InscriberService({ client: scene.node, wallet: scene.wallet, state, ...components })

interface About {
  readonly seq: number
  readonly height?: number
  readonly blockHash?: BlockHash
  readonly program?: number
}

function recordEnvelope({ seq, height = 3, blockHash = scene.node.blocks[3]!.hash, program = 1 }: About): Uint8Array {
  const type = 'text/plain'
  const body = Uint8Array.of(seq, program)
  const about = { v: 1 as const, kind: 'result', program: new Uint8Array(32).fill(program), height, blockHash, seq }
  const content = { contentType: new TextEncoder().encode(type), body }
  return encodeEnvelope(recordContent(scene.wallet.signRecord({ ...about, output: body }, content), type, body))
}

/** What a service says of them before it pays, and that it inscribes them all the same. */
async function warningsOf(envelopes: readonly Uint8Array[], components: Partial<InscriberComponents> = {}) {
  const inscriber = service(components)
  const warnings: RecordWarning[] = []
  inscriber.events.on('warning', (warning) => {
    expect(scene.node.pool.size).toBe(0)
    warnings.push(warning)
  })
  await inscriber.start()
  try {
    await inscriber.quote(envelopes)
    const quoted = warnings.splice(0)
    await inscriber.inscribe(envelopes)
    expect(warnings).toEqual(quoted)
    scene.node.mine()
    return quoted.map(({ inscription, reason }) => [inscription, reason])
  } finally {
    await inscriber.stop()
  }
}

describe('before anyone pays for a record that will not count', () => {
  it('it is said which, by what is inscribed at once, what waits and what is done', async () => {
    expect(await warningsOf([recordEnvelope({ seq: 5 })])).toEqual([])
    // Under way, in the same store.
    expect(
      await warningsOf(
        [4, 5, 6, 6].map((seq) => recordEnvelope({ seq, height: 2, blockHash: scene.node.blocks[2]!.hash })),
      ),
    ).toEqual([
      [0, 'seq-not-higher'],
      [1, 'seq-not-higher'],
      [3, 'seq-not-higher'],
    ])
    for (let i = 0; i < 6; i++) scene.node.mine()
    const inscriber = service()
    await inscriber.start()
    await inscriber.resume()
    await inscriber.stop()
    // Final, with nothing left of the jobs but what they used.
    expect(await warningsOf([recordEnvelope({ seq: 6, height: 1, blockHash: scene.node.blocks[1]!.hash })])).toEqual([
      [0, 'seq-not-higher'],
    ])
    expect(await warningsOf([recordEnvelope({ seq: 6, program: 2 }), textEnvelope('no record')])).toEqual([])
  })

  it('it is said by an index, in this process or on disk, and where that is in use nothing is', async () => {
    expect(await warningsOf([recordEnvelope({ seq: 9 })], { index: { greatest: async () => 9 } })).toEqual([
      [0, 'seq-not-higher'],
    ])
    const store = await openStore(indexFolder(state), 'index')
    const index = await InscriptionIndex.open(store, regtest)
    for (const [height, { raw }] of scene.node.blocks.entries()) await index.connect(block(raw), height)
    expect(await warningsOf([recordEnvelope({ seq: 8, program: 1 })])).toEqual([[0, 'seq-not-higher']])
    await rm(join(state, 'inscriber'), { recursive: true })
    expect(await warningsOf([recordEnvelope({ seq: 7 })])).toEqual([])
    await store.close()
    await rm(join(state, 'inscriber'), { recursive: true })
    expect(await warningsOf([recordEnvelope({ seq: 6 })])).toEqual([[0, 'seq-not-higher']])
  })

  it('it is said where the node knows the block to be another, or none', async () => {
    const other = fromDisplay('ab'.repeat(32))
    const envelopes = [recordEnvelope({ seq: 1, blockHash: other }), recordEnvelope({ seq: 2, height: 9_999 })]
    expect(await warningsOf(envelopes)).toEqual([
      [0, 'other-block'],
      [1, 'no-such-block'],
    ])
  })

  it('nothing is said again of what was begun', async () => {
    const envelopes = [recordEnvelope({ seq: 1, height: 9_999 })]
    expect(await warningsOf(envelopes)).toEqual([[0, 'no-such-block']])
    expect(await warningsOf(envelopes)).toEqual([])
  })
})

describe('the inscriber’s service', () => {
  it('looks after its jobs at every tip, tells of them, and ends in order', async () => {
    const tips = new TipsOnDemand()
    const inscriber = service({ feed: tips as never })
    const jobs: JobView[] = []
    inscriber.events.on('job', (job) => jobs.push(job))
    await inscriber.start()
    await inscriber.inscribe([textEnvelope('x')])
    scene.node.pool.clear()
    await tips.next()
    expect(scene.node.pool.size).toBe(2)
    for (let i = 0; i < 6; i++) scene.node.mine()
    await tips.next()
    expect(jobs.map(({ status }) => status)).toEqual(['sent', 'sent', 'final'])
    await inscriber.stop()
    await expect(inscriber.ended()).resolves.toBeUndefined()
    await expect(inscriber.inscribe([textEnvelope('y')])).rejects.toThrow('started before')
    // The store is free again.
    await (await openStore(join(state, 'inscriber'), 'jobs')).close()
  })

  it('goes on where one job cannot, and tells of that too', async () => {
    const tips = new TipsOnDemand()
    const inscriber = service({ feed: tips as never })
    const problems: string[] = []
    inscriber.events.on('problem', ({ code }) => problems.push(code))
    await inscriber.start()
    await inscriber.inscribe([textEnvelope('x')])
    const commit = [...scene.node.pool.values()].find(({ ins }) => ins[0]!.witness.length === 1)!
    const coin = { txid: commit.ins[0]!.hash, vout: 0, value: 5_000_000_000n }
    scene.node.mine(undefined, [scene.spend([coin])])
    await tips.next()
    expect(problems).toEqual(['E_CONFLICT'])
    await inscriber.stop()
  })

  it('is ended by its signal, and holds its folder meanwhile', async () => {
    const controller = new AbortController()
    const first = service()
    await first.start(controller.signal)
    await expect(service().start()).rejects.toMatchObject({
      code: 'E_LOCKED',
      cure: { act: 'free-or-other-settlement-dir' },
    })
    controller.abort(new Error('enough'))
    await first.ended()
    const second = service()
    await second.start()
    await second.stop()
  })
})

/** A feed that tells of a tip when a test says so, and knows when that was dealt with. */
class TipsOnDemand {
  #asked = Promise.withResolvers<void>()
  #tell = Promise.withResolvers<void>()

  /** Tells of a tip, and resolves once its reader asks for what comes after. */
  async next(): Promise<void> {
    await this.#asked.promise
    this.#asked = Promise.withResolvers<void>()
    this.#tell.resolve()
    await this.#asked.promise
  }

  async *subscribe({ signal }: { readonly signal: AbortSignal }) {
    signal.addEventListener('abort', () => this.#tell.reject(signal.reason), { once: true })
    for (;;) {
      this.#asked.resolve()
      await this.#tell.promise
      this.#tell = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => this.#tell.reject(signal.reason), { once: true })
      yield { type: 'tip' }
    }
  }
}
