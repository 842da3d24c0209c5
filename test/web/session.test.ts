import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { encodeHeader, regtest } from '../../src/bitcoin/index.ts'
import { attestHeader, encodeAttestation } from '../../src/bus/index.ts'
import { History, historyStart } from '../../src/bus/io/history/history.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import type { OpenVerifier } from '../../src/bus/worker/serve-verifier.ts'
import { type Question, type SessionState, startSession } from '../../src/web/session.ts'
import { headerFile, mineChain, regtestStart } from '../bus/chain-fixture.ts'
import { FakeEngine } from '../bus/fake-engine.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { poseidonSource } from '../bus/poseidon-reference.ts'
import { channel, request, verifier } from './worker-channel.ts'

/** A session whose workers are given one after another, and the states it goes through. */
function session(open: OpenVerifier = async () => verifier) {
  const workers: ReturnType<typeof channel>[] = []
  const states: SessionState[] = []
  let changed = () => {}
  const running = startSession({
    wasm: new Uint8Array(1),
    key: new Uint8Array(1),
    newWorker: () => {
      const worker = channel(open)
      workers.push(worker)
      return worker as unknown as Worker
    },
    certify: async () => ({ failed: 'no certificate is asked about' }),
    onState: (state) => {
      states.push(state)
      changed()
    },
  })
  /** The next state of this kind, from now on. */
  const next = (kind: SessionState['kind']) => {
    const from = states.length
    return new Promise<SessionState>((resolve) => {
      changed = () => {
        const found = states.slice(from).find((state) => state.kind === kind)
        if (found !== undefined) resolve(found)
      }
    })
  }
  return { ...running, workers, states, next }
}

/** A proof of five headers, as the fake engine makes it, and an attestation of the third made for a tip. */
async function attested(): Promise<{ readonly proof: Uint8Array; attestation(tip: number): Promise<Uint8Array> }> {
  const { headers, states } = mineChain(5)
  const history = await History.open(historyStart(regtest), memoryTable(), poseidonSource)
  const made = fileSource(headerFile(headers), 0)
  if (!made.ok) throw new Error(made.reject)
  await history.sync(made.source, 5)
  return {
    proof: await fakeProof(states.at(-1)!),
    attestation: async (tipHeight) => {
      const path = await history.path(3, tipHeight)
      return encodeAttestation(attestHeader({ tipHeight, height: 3, path }, encodeHeader(headers[2]!)))
    },
  }
}

it('judges the next question in a new worker after the worker has died, idle or at work', async () => {
  const { ask, cancel, next, workers } = session()
  await next('ready')
  workers[0]?.crash()
  const first = next('judged')
  ask({ request })
  await first
  expect(workers.length).toBe(2)

  const failed = next('failed')
  ask({ request })
  workers[1]?.crash()
  expect(await failed).toMatchObject({ error: { code: 'E_WORKER' } })
  const second = next('judged')
  ask({ request })
  await second
  expect(workers.map(({ terminated }) => terminated())).toEqual([true, true, false])
  const ready = next('ready')
  cancel()
  await ready
  workers.at(-1)?.terminate()
})

it('ends a worker that reports a failure of its own, and starts another for the next question', async () => {
  const poseidon = () => {
    throw new Error('unreachable executed')
  }
  const { ask, next, workers } = session(async () => ({ ...verifier, poseidon }))
  await next('ready')
  const failed = next('failed')
  const proof = await readFile('test/vectors/mainnet-height-10.proof')
  ask({ request: { ...request, network: 'mainnet', proof } })
  expect(await failed).toMatchObject({ error: { code: 'E_WORKER' } })
  expect(workers[0]?.terminated()).toBe(true)
  const judged = next('judged')
  ask({ request })
  await judged
  expect(workers.length).toBe(2)
  workers[1]?.terminate()
})

it('keeps the proof’s verdict where only the attestation could not be judged', async () => {
  const { proof, attestation } = await attested()
  const { ask, next, workers } = session(async () => new FakeEngine(regtestStart()))
  await next('ready')
  const question = { request: { ...request, proof, now: 1_800_000_000 }, attestation: await attestation(5) }
  const found = next('checking').then(async () => {
    const judged = next('judged')
    workers[0]?.crash()
    return await judged
  })
  ask(question)
  const state = await found
  expect(state).toMatchObject({
    judgement: { result: { ok: true, chain: { height: 5 } } },
    unchecked: { code: 'E_WORKER', message: expect.stringContaining('out of memory') },
  })
  expect(state).not.toHaveProperty('check')
  expect(workers[0]?.terminated()).toBe(true)
  const again = next('judged')
  ask(question)
  expect(await again).toMatchObject({ check: { result: { ok: true } } })
  workers[1]?.terminate()
})

it('shows no verdict once nothing is asked', async () => {
  const { ask, next, workers } = session()
  await next('ready')
  const judged = next('judged')
  ask({ request })
  await judged
  const ready = next('ready')
  ask(undefined)
  await ready
  workers[0]?.terminate()
})

it('checks an attestation under the proof, once that is found valid and not before', async () => {
  const { proof, attestation } = await attested()
  const { ask, next, states, workers } = session(async () => new FakeEngine(regtestStart()))
  const judged = async (question: Question) => {
    const found = next('judged')
    ask(question)
    return await found
  }
  await next('ready')
  const now = 1_800_000_000
  const good = { request: { ...request, proof, now }, attestation: await attestation(5) }
  expect(await judged(good)).toMatchObject({
    judgement: { result: { ok: true, chain: { height: 5 } } },
    check: { kind: 'header', result: { ok: true, verified: { height: 3, confirmations: 3 } } },
  })
  expect(states.map(({ kind }) => kind).slice(-3)).toEqual(['verifying', 'checking', 'judged'])

  // Made for the chain when it was shorter.
  const early = { ...good, attestation: await attestation(4) }
  expect(await judged(early)).toMatchObject({ check: { result: { ok: false, reject: 'other-proof' } } })

  const bad = await judged({ ...good, request: { ...good.request, proof: proof.with(90, 1) } })
  expect(bad).toMatchObject({ judgement: { result: { ok: false } } })
  expect(bad).not.toHaveProperty('check')
  expect(states.map(({ kind }) => kind).slice(-2)).toEqual(['verifying', 'judged'])
  workers[0]?.terminate()
})
