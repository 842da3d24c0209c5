import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toDisplay } from '../../../src/bitcoin/index.ts'
import { LOOKED_AT, OPEN_ON_CHAIN } from '../../../src/compute/io/service/chain-requests.ts'
import { TRIES } from '../../../src/compute/io/service/later-tries.ts'
import type { RequestSource } from '../../../src/compute/io/service/prepare-requested.ts'
import { resultGossip } from '../../../src/compute/peers/result-kind.ts'
import { encodeResultMessage } from '../../../src/compute/peers/result-message.ts'
import type { InscribedRequest, PlacedRequest } from '../../../src/compute/requests/request-record.ts'
import type { OnRequest } from '../../../src/compute/service/served-program.ts'
import { rejection } from '../../../src/lib/index.ts'
import {
  ComputeScene,
  FIRST,
  hashOf,
  logging,
  messageOf,
  PROGRAM,
  type Proves,
  proofOf,
  rightly,
  SLOT_MS,
  stalls,
  testProgram,
} from './compute-scene.ts'

let scene: ComputeScene
beforeEach(() => {
  scene = new ComputeScene()
})
afterEach(() => scene.end())

const ASKED: InscribedRequest = {
  ...{ proofSystem: 'spartan', maxConstraints: 1_000, maxSatoshis: 5n, destination: 'inscription' },
  ...{ arguments: '{}', inputs: [] },
}

/** A request in block FIRST, which knows the block before it. */
function placedOf(number: number, more: Partial<PlacedRequest> = {}): PlacedRequest {
  return {
    ...{ id: `${number.toString(16).padStart(64, '0')}i0`, program: PROGRAM, author: '01'.repeat(32) },
    ...{ height: FIRST, blockHash: toDisplay(hashOf(FIRST)), deadline: FIRST + 10 },
    asOf: { height: FIRST - 1, blockHash: toDisplay(hashOf(FIRST - 1)) },
    ...more,
  }
}

/** Requests that stand in blocks, as a test says. */
class TestRequests implements RequestSource {
  placed: readonly PlacedRequest[] = []
  asked: (placed: PlacedRequest) => InscribedRequest = () => ASKED
  answered = false
  reads = 0
  readonly #changed = new Set<() => void>()

  watch(changed: () => void) {
    this.#changed.add(changed)
    return () => this.#changed.delete(changed)
  }

  hold(...placed: readonly PlacedRequest[]): void {
    this.placed = placed
    for (const changed of this.#changed) changed()
  }

  async open(program: string) {
    return this.placed.filter((one) => one.program === program)
  }

  async read(placed: PlacedRequest) {
    this.reads++
    return { ok: true as const, request: this.asked(placed) }
  }

  async evidence() {
    return { ok: true as const, evidence: [] }
  }

  async isAnswered() {
    return this.answered
  }
}

const IDENTITY = testProgram(rightly).identityOf(messageOf(FIRST - 1))

/** Results are about the block that the request names. */
function requestable(prove: Proves, identity?: string): OnRequest {
  return {
    ...{ proofSystem: 'spartan', constraints: 1_000 },
    prepare: async ({ arguments: json }, { tip: block }) =>
      json === 'none'
        ? rejection('bad-arguments', 'none')
        : {
            ok: true,
            prepared: { identity: identity ?? IDENTITY, block, prove: (signal) => prove(block, signal) },
          },
  }
}

async function serving(prove: Proves = rightly, { name = 'prover', registered = true, identity = IDENTITY } = {}) {
  const requests = new TestRequests()
  const onRequest = requestable(prove, identity)
  const node = await scene.node(name, stalls, { onRequest, everyBlocks: null, requests, registered })
  await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
  return { node, requests }
}

const soon = (what: () => unknown) => expect.poll(what, { interval: 1 })

describe('a proof that a record asks for', () => {
  it('is made by who has the first turn, told to all, and answered there too', async () => {
    const first = await serving()
    const second = await serving(stalls, { name: 'listener', registered: false })
    for (const { requests } of [first, second]) requests.hold(placedOf(1))
    const expected = { identity: IDENTITY, placed: placedOf(1), request: ASKED }
    // Who is registered and has not heard that anybody serves the program waits as anybody does.
    await soon(() => first.node.of('elected').length).toBe(1)
    for (let slot = 0; slot < 4; slot++) scene.clock.pass(SLOT_MS)
    await soon(() => first.node.of('answered')).toMatchObject([{ ...expected, own: true }])
    await soon(() => second.node.of('answered')).toMatchObject([{ ...expected, own: false }])
    expect(first.node.of('requested')).toEqual([{ request: placedOf(1).id, program: PROGRAM, peer: null }])
    expect(second.node.of('failed')).toEqual([])
    // Once it is answered its end is no news.
    first.requests.hold(placedOf(2))
    await soon(() => first.node.of('requested').length).toBe(2)
    expect(first.node.of('withdrawn')).toEqual([])
  })

  it('is nobody’s own to inscribe where its result is too long to be told', async () => {
    const long: Proves = async (block, signal) => await logging(7_000)(block, signal)
    const { node, requests } = await serving(long, { registered: false })
    requests.hold(placedOf(1))
    await soon(() => node.of('elected').length).toBe(1)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => node.of('answered')).toMatchObject([{ identity: IDENTITY, own: false }])
    await soon(() => node.of('ungossiped')).toMatchObject([{ identity: IDENTITY, reject: 'too-long' }])
  })

  it.each([
    ['other-proof-system', { proofSystem: 'groth16' as const }],
    ['too-large', { maxConstraints: 999 }],
    ['bad-arguments', { arguments: 'none' }],
  ])('is refused: %s', async (reject, more) => {
    const { node, requests } = await serving()
    requests.asked = () => ({ ...ASKED, ...more })
    requests.hold(placedOf(1))
    await soon(() => node.of('unserved')).toMatchObject([{ reject, request: placedOf(1).id, peer: null }])
    // It is not looked at again.
    requests.hold(placedOf(1), placedOf(2))
    await soon(() => node.of('unserved').length).toBe(2)
    expect(requests.reads).toBe(2)
    expect(node.of('requested')).toEqual([])
  })

  it('is of the branch whose block it names, and waits for a block that is not here', async () => {
    const { node, requests } = await serving()
    const elsewhere = { height: FIRST - 1, blockHash: toDisplay(hashOf(FIRST - 1, 1)) }
    const ahead = { height: FIRST + 1, blockHash: toDisplay(hashOf(FIRST + 1)) }
    const after = { height: FIRST + 2, blockHash: toDisplay(hashOf(FIRST + 2)) }
    requests.hold(placedOf(1, { asOf: elsewhere }), placedOf(2, { asOf: ahead, ...after }))
    await soon(() => node.of('unserved')).toMatchObject([{ reject: 'other-chain', request: placedOf(1).id }])
    expect(node.of('requested')).toEqual([])
    scene.chain.grow(FIRST + 2)
    await soon(() => node.of('requested')).toMatchObject([{ request: placedOf(2).id }])
  })

  it('is dropped when it is taken back, is over, or its block leaves the chain, and is another in another block', async () => {
    const { node, requests } = await serving(stalls)
    requests.hold(placedOf(1))
    await soon(() => node.of('elected').length).toBe(1)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => node.of('proving').length).toBe(1)
    requests.hold(placedOf(1, { blockHash: toDisplay(hashOf(FIRST, 1)) }))
    await soon(() => node.of('withdrawn')).toEqual([{ request: placedOf(1).id, program: PROGRAM }])
    await soon(() => node.of('stopped').length).toBe(1)
    await soon(() => node.of('requested').length).toBe(2)
    expect(node.of('failed')).toEqual([])
  })

  it('is not made where a result counts already', async () => {
    const { node, requests } = await serving()
    requests.answered = true
    requests.hold(placedOf(1))
    await soon(() => node.of('requested').length).toBe(1)
    // The next one is proved, and whatever was begun before it would be by then.
    requests.answered = false
    requests.hold(placedOf(1), placedOf(2))
    await soon(() => node.of('requested').length).toBe(2)
    await soon(() => node.of('elected').length).toBeGreaterThan(0)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => node.of('answered')).toMatchObject([{ placed: placedOf(2), own: true }])
    expect(node.of('elected')).toHaveLength(1)
    expect(node.of('proving')).toHaveLength(1)
  })

  it('is heard of from peers however old what it is about', async () => {
    const { node, requests } = await serving(stalls)
    scene.chain.grow(FIRST + 400)
    await soon(() => node.of('tip').length).toBe(2)
    const old = encodeResultMessage(messageOf(FIRST - 1))
    await scene.net.tell('other', resultGossip(PROGRAM), old)
    await soon(() => node.of('refused')).toMatchObject([{ reject: 'old' }])
    requests.hold(placedOf(1))
    await soon(() => node.of('elected').length).toBe(1)
    // Another proof of it: what was seen once is not told again.
    const proof = proofOf(FIRST - 1, hashOf(FIRST - 1), 1)
    await scene.net.tell('other', resultGossip(PROGRAM), encodeResultMessage(messageOf(FIRST - 1, proof)))
    await soon(() => node.of('answered')).toMatchObject([{ own: false, identity: IDENTITY }])
  })

  it('is inscribed by who proved it first, where the result was known before and is not kept any more', async () => {
    const first = await serving()
    const second = await serving(stalls, { name: 'listener', registered: false })
    scene.chain.grow(FIRST + 20)
    for (const { node } of [first, second]) await soon(() => node.of('tip').length).toBe(2)
    const heights = [FIRST - 1, ...Array.from({ length: 9 }, (_, i) => FIRST + 1 + i)]
    for (const height of heights) {
      await scene.net.tell('other', resultGossip(PROGRAM), encodeResultMessage(messageOf(height)))
    }
    for (const { node } of [first, second]) await soon(() => node.of('result').length).toBe(heights.length)
    for (const { requests } of [first, second]) requests.hold(placedOf(1, { deadline: FIRST + 100 }))
    for (const { node } of [first, second]) await soon(() => node.of('elected').length).toBe(1)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => first.node.of('answered')).toMatchObject([{ own: true }])
    await soon(() => second.node.of('answered')).toMatchObject([{ own: false }])
    // Whatever comes after it, it is given to who asks.
    for (let i = 10; i < 20; i++) {
      await scene.net.tell('other', resultGossip(PROGRAM), encodeResultMessage(messageOf(FIRST + i)))
    }
    await soon(() => first.node.of('result').length).toBe(heights.length + 11)
    const third = await serving(stalls, { name: 'late', registered: false })
    third.requests.hold(placedOf(1, { deadline: FIRST + 100 }))
    await soon(() => third.node.of('elected').length).toBe(1)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => third.node.of('answered')).toMatchObject([{ own: false }])
  })

  it('that another copied and had in a block before it is answered by the same result, which its prover inscribes at once', async () => {
    let proofs = 0
    const { node, requests } = await serving(async (block, signal) => {
      proofs++
      return await rightly(block, signal)
    })
    const copy = placedOf(1, { author: '02'.repeat(32), deadline: FIRST + 1 })
    const [original, later] = [placedOf(2), placedOf(3, { author: '03'.repeat(32) })]
    // A copy that allows next to nothing, of a key that nobody has heard of.
    requests.asked = ({ id }) => ({ ...ASKED, maxSatoshis: id === copy.id ? 1n : 5n })
    requests.hold(copy, original)
    await soon(() => node.of('elected').length).toBe(2)
    scene.clock.pass(4 * SLOT_MS)
    const answered = (one: PlacedRequest, maxSatoshis: bigint) => ({
      ...{ placed: one, request: { maxSatoshis }, identity: IDENTITY, own: true },
    })
    await soon(() => node.of('answered')).toMatchObject([answered(copy, 1n), answered(original, 5n)])
    expect(node.of('result')).toHaveLength(1)
    // So is one that comes after it was proved, and after the copy was taken back.
    requests.hold(original, later)
    await soon(() => node.of('answered').slice(2)).toMatchObject([answered(later, 5n)])
    expect(node.of('failed')).toEqual([])
    expect(node.of('withdrawn')).toEqual([])
    expect(proofs).toBeLessThanOrEqual(2)
  })

  it('is one of few, of an author and in all, and the next has its turn when one ends', async () => {
    const { node, requests } = await serving(stalls, { identity: 'cd'.repeat(32) })
    const { perProgram, perAuthor } = OPEN_ON_CHAIN
    const author = (number: number) => number.toString(16).padStart(64, '0')
    const flood = Array.from({ length: 200 }, (_, i) => placedOf(i))
    const others = Array.from({ length: 20 }, (_, i) => placedOf(1_000 + i, { author: author(i) }))
    requests.hold(...flood, ...others)
    await soon(() => node.of('requested').length).toBe(perProgram)
    const taken = () => node.of('requested').map((one) => (one as { readonly request: string }).request)
    expect(taken().filter((id) => flood.some((one) => one.id === id))).toHaveLength(perAuthor)
    requests.hold(...flood.slice(1), ...others)
    await soon(() => node.of('requested').length).toBe(perProgram + 1)
    expect(taken().at(-1)).toBe(placedOf(perAuthor).id)
    expect(requests.reads).toBe(perProgram + 1)
  })

  it('is read slowly where a flood of such as are refused is before it', async () => {
    const { node, requests } = await serving()
    const author = (number: number) => number.toString(16).padStart(64, '0')
    const flood = Array.from({ length: 100 }, (_, i) => placedOf(i, { author: author(i) }))
    requests.asked = () => ({ ...ASKED, maxConstraints: 1 })
    requests.hold(...flood)
    await soon(() => node.of('unserved').length).toBe(LOOKED_AT.perProgram)
    expect(requests.reads).toBe(LOOKED_AT.perProgram)
    scene.chain.grow(FIRST + 1)
    await soon(() => node.of('unserved').length).toBe(100)
    expect(requests.reads).toBe(100)
  })

  it('waits for none of those that cannot be read as yet, which are tried few times', async () => {
    const { node, requests } = await serving(stalls)
    const author = (number: number) => number.toString(16).padStart(64, '0')
    const bad = Array.from({ length: LOOKED_AT.perProgram }, (_, i) => placedOf(i, { author: author(i) }))
    const honest = placedOf(999)
    requests.asked = ({ id }) => {
      if (id !== honest.id) throw new Error('pruned')
      return ASKED
    }
    requests.hold(...bad, honest)
    await soon(() => node.of('error').length).toBe(bad.length)
    expect(node.of('requested')).toEqual([])
    for (let tries = 1; tries < TRIES; tries++) {
      scene.chain.grow(FIRST + tries)
      await soon(() => node.of('error').length).toBeGreaterThanOrEqual((tries + 1) * bad.length - 1)
      expect(node.of('requested')).toMatchObject([{ request: honest.id }])
    }
    scene.chain.grow(FIRST + TRIES)
    await soon(() => node.of('unserved').length).toBe(bad.length)
    expect(node.of('unserved')).toMatchObject(bad.map(() => ({ reject: 'unreadable' })))
    expect(requests.reads).toBe(TRIES * bad.length + 1)
  })

  it('that does not hold, or cannot be made, fails once', async () => {
    let proof: Proves = async () => messageOf(FIRST - 1, proofOf(FIRST, hashOf(1)))
    const { node, requests } = await serving((block, signal) => proof(block, signal))
    requests.hold(placedOf(1))
    await soon(() => node.of('elected').length).toBe(1)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => node.of('failed')).toMatchObject([{ failure: { reject: 'proof-invalid' } }])
    proof = async () => {
      throw new Error('no luck')
    }
    requests.hold(placedOf(1), placedOf(2))
    await soon(() => node.of('elected').length).toBe(2)
    scene.clock.pass(4 * SLOT_MS)
    await soon(() => node.of('failed').length).toBe(2)
    expect(node.of('result')).toEqual([])
  })
})
