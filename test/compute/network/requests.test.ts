import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requestResult } from '../../../src/compute/io/service/request-result.ts'
import { type ProofRequest, requestKind } from '../../../src/compute/peers/request-kind.ts'
import { resultGossip } from '../../../src/compute/peers/result-kind.ts'
import { encodeResultMessage } from '../../../src/compute/peers/result-message.ts'
import type { OnRequest } from '../../../src/compute/service/served-program.ts'
import { abortedError, rejection } from '../../../src/lib/index.ts'
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
  stalls,
  type TestNode,
  testProgram,
} from './compute-scene.ts'

let scene: ComputeScene
beforeEach(() => {
  scene = new ComputeScene()
})
afterEach(() => scene.end())

/** As the program of the scene has it. */
const IDENTITY = testProgram(rightly).identityOf(messageOf(FIRST))

/** Requests are about the last block here; arguments that are no JSON are refused. */
function requestable(prove: Proves, identity?: string): OnRequest {
  return {
    ...{ proofSystem: 'spartan', constraints: 1_000 },
    prepare: async ({ arguments: json }, { tip: block }) =>
      json === 'none'
        ? rejection('bad-arguments', 'none')
        : {
            ok: true,
            prepared: {
              identity: identity ?? `${block.height}${json}`,
              block,
              prove: (signal) => prove(block, signal),
            },
          },
  }
}

async function serving(prove: Proves = rightly): Promise<TestNode> {
  const node = await scene.node('prover', stalls, { onRequest: requestable(prove), everyBlocks: null })
  await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
  return node
}

function requestOf(id: number, more: Partial<ProofRequest> = {}): ProofRequest {
  return {
    ...{
      kind: 'request',
      id: id.toString(16).padStart(64, '0'),
      program: PROGRAM,
      proofSystem: 'spartan',
      seconds: 60,
    },
    ...{ maxConstraints: 1_000, maxSatoshis: 0n, destination: 'asker', arguments: '{}', evidence: [] },
    ...more,
  }
}

const ask = (question: Parameters<typeof requestKind.question.encode>[0], from = 'asker') =>
  scene.net.transport(from).ask('prover', requestKind, question)
const answered = async (...args: Parameters<typeof ask>) => {
  const asked = await ask(...args)
  return asked.ok ? asked.frames[0] : asked
}

describe('a proof that a peer asks for', () => {
  it('is made, judged, given, and told to all', async () => {
    const node = await serving()
    const other = await scene.node('listener', stalls, { onRequest: null, everyBlocks: null })
    await expect.poll(() => other.of('tip').length, { interval: 1 }).toBe(1)
    const states: string[] = []
    const { signal } = new AbortController()
    const told = (state: string) => states.push(state)
    const got = await requestResult(scene.net.transport('asker'), 'prover', requestOf(1), { signal, told })
    expect(got).toEqual({ ok: true, message: messageOf(FIRST) })
    expect(states).toEqual(['proving', 'done'])
    expect(node.of('requested')).toMatchObject([{ program: PROGRAM, peer: 'asker' }])
    // Nobody inscribes it as what was due.
    expect(node.of('result')).toContainEqual(expect.objectContaining({ isAsked: true, inTurn: false }))
    await expect.poll(() => other.of('result'), { interval: 1 }).toMatchObject([{ from: 'prover' }])
    // The same once more, and one of another id for what is known.
    expect(await answered(requestOf(1))).toMatchObject({ state: 'done' })
  })

  it.each([
    ['no-such-program', { program: 'cd'.repeat(32) }],
    ['other-proof-system', { proofSystem: 'groth16' as const }],
    ['too-large', { maxConstraints: 999 }],
    ['no-budget', { destination: 'inscription' as const }],
    ['bad-input', { arguments: 'none' }],
  ])('is refused: %s', async (reason, more) => {
    const node = await serving()
    expect(await answered(requestOf(1, more))).toMatchObject({ ok: false, reject: 'refused', reason })
    expect(node.of('unserved')).toMatchObject([{ reject: reason, peer: 'asker' }])
    expect(node.of('requested')).toEqual([])
  })

  it('of a program that is not proved on request is refused', async () => {
    const node = await scene.node('prover', stalls)
    await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
    expect(await answered(requestOf(1))).toMatchObject({ ok: false, reason: 'not-on-request' })
  })

  it('is one of few: two of a peer, sixteen in all, and no more than a peer’s own are told to it', async () => {
    await serving(stalls)
    const peers = Array.from({ length: 9 }, (_, i) => `peer ${i}`)
    for (const peer of peers.slice(0, 8)) {
      for (const id of [1, 2]) expect(await answered(requestOf(id), peer)).toEqual({ state: 'proving' })
      expect(await answered(requestOf(3), peer)).toMatchObject({ ok: false, reason: 'busy' })
    }
    expect(await answered(requestOf(1), 'peer 8')).toMatchObject({ ok: false, reason: 'busy' })
    expect(await answered({ kind: 'status', id: requestOf(1).id }, 'peer 8')).toMatchObject({
      reason: 'no-such-request',
    })
    expect(await answered({ kind: 'cancel', id: requestOf(1).id }, 'peer 0')).toEqual({ state: 'cancelled' })
    expect(await answered(requestOf(1), 'peer 8')).toEqual({ state: 'proving' })
  })

  it('takes a place while it is judged, and is judged no longer than who asked is there', async () => {
    let judged = 0
    const { prepare } = requestable(rightly)
    const over = Promise.withResolvers<void>()
    const onRequest: OnRequest = {
      ...requestable(rightly),
      prepare: async (asked, chain) => {
        if (judged++ > 0) return await prepare(asked, chain)
        const gone = new Promise<never>((_, reject) =>
          chain.signal?.addEventListener('abort', () => reject(abortedError(chain.signal?.reason)), { once: true }),
        )
        return await gone.finally(over.resolve)
      },
    }
    const node = await scene.node('prover', stalls, { onRequest, everyBlocks: null })
    await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
    const leave = new AbortController()
    const { signal } = leave
    const first = scene.net.transport('asker').ask('prover', requestKind, requestOf(1), { signal })
    first.catch(() => undefined)
    await expect.poll(() => judged, { interval: 1 }).toBe(1)
    expect(await ask(requestOf(1))).toMatchObject({ ok: false, reason: 'busy' })
    leave.abort()
    await over.promise
  })

  it('is given up when its time is over, and when whoever asked is interrupted', async () => {
    await serving(stalls)
    const { id } = requestOf(1)
    expect(await answered(requestOf(1, { seconds: 5 }))).toEqual({ state: 'proving' })
    scene.clock.pass(5_000)
    await expect.poll(() => answered({ kind: 'status', id }), { interval: 1 }).toEqual({ state: 'late' })
    const stop = new AbortController()
    const told = () => stop.abort()
    const asked = requestResult(scene.net.transport('asker'), 'prover', requestOf(2), { signal: stop.signal, told })
    await expect(asked).rejects.toMatchObject({ code: 'E_ABORTED' })
    expect(await answered({ kind: 'status', id: requestOf(2).id })).toEqual({ state: 'cancelled' })
  })

  it('is given from a peer whose result is heard meanwhile', async () => {
    const node = await scene.node('prover', stalls, { onRequest: requestable(stalls, IDENTITY), everyBlocks: null })
    await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
    expect(await answered(requestOf(1))).toEqual({ state: 'proving' })
    await scene.net.tell('other', resultGossip(PROGRAM), encodeResultMessage(messageOf(FIRST)))
    const { id } = requestOf(1)
    expect(await answered({ kind: 'status', id })).toEqual({ state: 'done', message: messageOf(FIRST) })
    expect(node.of('failed')).toEqual([])
  })

  it('whose result is longer than an answer fails, each time that it is asked for', async () => {
    const node = await scene.node('prover', stalls, {
      onRequest: requestable(logging(7_000), IDENTITY),
      everyBlocks: null,
    })
    await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
    const { signal } = new AbortController()
    for (const id of [1, 2]) {
      const asked = requestResult(scene.net.transport('asker'), 'prover', requestOf(id), { signal })
      expect(await asked).toMatchObject({
        reject: 'failed',
        detail: expect.stringMatching('peers are not given the result'),
      })
    }
    expect(node.of('result')).toMatchObject([{ isAsked: true }])
    expect(node.of('ungossiped')).toMatchObject([{ reject: 'too-long' }])
  })

  it('that cannot be made, or does not hold, fails, and nobody is told of it', async () => {
    let proof: Proves = async () => messageOf(FIRST, proofOf(FIRST, hashOf(1)))
    const node = await serving((block, signal) => proof(block, signal))
    const { signal } = new AbortController()
    const asking = (id: number) => requestResult(scene.net.transport('asker'), 'prover', requestOf(id), { signal })
    expect(await asking(1)).toMatchObject({ ok: false, reject: 'failed', detail: 'what was proved here does not hold' })
    proof = async () => {
      throw new Error('no luck')
    }
    expect(await asking(2)).toMatchObject({ ok: false, reject: 'failed', detail: 'it could not be proved here' })
    expect([node.of('result'), node.of('failed')]).toMatchObject([[], [{ failure: { reject: 'proof-invalid' } }, {}]])
  })
})
