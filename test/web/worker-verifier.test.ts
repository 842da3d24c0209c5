import { afterEach, describe, expect, it } from 'vitest'
import {
  type Attestation,
  attestationToJson,
  encodeAttestation,
  MAX_ATTESTATION_JSON,
  startVerifier,
  type VerifyAttestationRequest,
  type VerifyProofRequest,
  type WorkerVerifier,
} from '../../src/bus/index.ts'
import type { OpenVerifier } from '../../src/bus/worker/serve-verifier.ts'
import { inscriptionAt, onSynthetic, txAt } from '../bus/attestation-scene.ts'
import { poseidonSource } from '../bus/poseidon-reference.ts'
import { rejectOf } from '../support/results.ts'
import { channel, request, verifier } from './worker-channel.ts'

const files = { wasm: new Uint8Array(1), key: new Uint8Array(1) }

let running: WorkerVerifier | undefined
afterEach(() => running?.close())
const start = (worker: ReturnType<typeof channel>) => {
  running = startVerifier(worker, { files })
  return running
}

describe('verifying in a worker', () => {
  it('loads once, then judges one request after another', async () => {
    let opened = 0
    const client = start(
      channel(async () => {
        opened++
        return verifier
      }),
    )
    expect(await client.loaded).toMatchObject({ keyId: 'ab', setup: 'insecure-dev' })
    const answers = await Promise.all([client.verifyProof(request), client.verifyProof(request)])
    expect(answers.map(({ result }) => rejectOf(result))).toEqual(['not-a-proof', 'not-a-proof'])
    expect(opened).toBe(1)
  })

  it('tells an unusable network and an unusable anchor from a bad proof', async () => {
    const client = start(channel(async () => verifier))
    await expect(client.verifyProof({ ...request, network: { custom: '{}' } })).rejects.toMatchObject({
      code: 'E_PARAMS',
    })
    await expect(client.verifyProof({ ...request, network: { custom: '' } })).rejects.toThrow(
      'no parameter file was given',
    )
    await expect(client.verifyProof({ ...request, anchor: 'x' })).rejects.toMatchObject({ code: 'E_ANCHOR' })
    expect((await client.verifyProof(request)).result.ok).toBe(false)
  })

  it('names an unknown network and an unusable clock by their codes', async () => {
    const client = start(channel(async () => verifier))
    for (const network of ['Mainnet', 'toString'] as unknown as 'mainnet'[]) {
      await expect(client.verifyProof({ ...request, network })).rejects.toMatchObject({
        code: 'E_PARAMS',
        message: `there is no network "${network}"`,
      })
    }
    for (const now of [-1, Number.NaN, 1_700_000_000_000]) {
      await expect(client.verifyProof({ ...request, now })).rejects.toMatchObject({ code: 'E_NOW' })
    }
    const unchecked = (change: object) => client.verifyProof({ ...request, ...change } as VerifyProofRequest)
    await expect(unchecked({ minWork: 'zz' })).rejects.toMatchObject({ code: 'E_MIN_WORK' })
    await expect(unchecked({ proof: 'no bytes' })).rejects.toMatchObject({ code: 'E_REQUEST' })
    await expect(unchecked({ network: 5 })).rejects.toMatchObject({ code: 'E_PARAMS' })
    expect(client.ended).toBe(false)
  })

  it('rejects a request that cannot be cloned, and that alone', async () => {
    const client = start(channel(async () => verifier))
    const uncloneable = { ...request, anchor: () => 0 } as unknown as VerifyProofRequest
    const answers = await Promise.allSettled([
      client.verifyProof(request),
      client.verifyProof(uncloneable),
      client.verifyProof(request),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({ reason: { code: 'E_REQUEST' } })
  })

  it('does not judge what was cancelled before its turn', async () => {
    const opened = Promise.withResolvers<typeof verifier>()
    const worker = channel(() => opened.promise)
    const judged: number[] = []
    worker.addEventListener('message', ({ data }: { data: { kind: string; id: number } }) => {
      if (data.kind === 'proof') judged.push(data.id)
    })
    const client = start(worker)
    const abort = new AbortController()
    const first = client.verifyProof(request, { signal: abort.signal })
    const second = client.verifyProof(request)
    abort.abort()
    await expect(first).rejects.toMatchObject({ code: 'E_ABORTED' })
    opened.resolve(verifier)
    expect(rejectOf((await second).result)).toBe('not-a-proof')
    expect(judged).toEqual([1])
  })

  it('fails for good when the key cannot be read, and says so to whoever asks later', async () => {
    const client = start(channel(() => Promise.reject(Object.assign(new Error('bad key'), { code: 'E_KEY' }))))
    await expect(client.loaded).rejects.toMatchObject({ code: 'E_KEY', message: 'bad key' })
    await expect(client.verifyProof(request)).rejects.toMatchObject({ code: 'E_KEY' })
    expect(client.ended).toBe(true)
  })

  it('rejects what waits when it is aborted, closed, or the worker dies', async () => {
    const never: OpenVerifier = () => new Promise(() => undefined)
    const abort = new AbortController()
    const aborted = start(channel(never)).verifyProof(request, { signal: abort.signal })
    abort.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'E_ABORTED' })

    const client = start(channel(never))
    const closed = client.verifyProof(request)
    client.close()
    await expect(closed).rejects.toMatchObject({ code: 'E_ABORTED' })

    const worker = channel(never)
    const dead = start(worker).verifyProof(request)
    worker.crash()
    await expect(dead).rejects.toMatchObject({ code: 'E_WORKER', message: 'the worker failed: out of memory' })
  })
})

describe('verifying an attestation in a worker', () => {
  const { chain } = onSynthetic
  const client = () => start(channel(async () => ({ ...verifier, poseidon: poseidonSource.poseidon })))
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  const forms = (attestation: Attestation) => [encodeAttestation(attestation), text(attestationToJson(attestation))]

  it('gives what the worker’s script describes of it, for the network that is named, and of none that is refused', async () => {
    const open = async () => ({ ...verifier, poseidon: poseidonSource.poseidon })
    const described = start(channel(open, ({ payload }, network) => ({ kind: payload.kind, network })))
    const [attestation] = forms(txAt(onSynthetic, 4)) as [Uint8Array]
    const about = async (network?: 'signet') =>
      (await described.verifyAttestation({ attestation, chain, ...(network && { network }) })).about
    expect([await about(), await about('signet')]).toEqual([
      { kind: 'tx', network: 'mainnet' },
      { kind: 'tx', network: 'signet' },
    ])
    const refused = await described.verifyAttestation({ attestation: attestation.subarray(1), chain })
    expect([refused.result.ok, refused.about]).toEqual([false, undefined])
  })

  it('takes both forms, of a transaction and of an inscription', async () => {
    const checker = client()
    for (const attestation of forms(txAt(onSynthetic, 4))) {
      const { result, kind, verifyMs } = await checker.verifyAttestation({ attestation, chain })
      expect([kind, result]).toMatchObject(['tx', { ok: true, verified: { confirmations: 7, payload: { index: 4 } } }])
      expect(verifyMs).toBeGreaterThan(0)
    }
    for (const attestation of forms(inscriptionAt(onSynthetic, 3, 1))) {
      const { result } = await checker.verifyAttestation({ attestation, chain })
      const body = new TextEncoder().encode('second')
      const payload = { kind: 'inscription', envelope: { index: 1, body } }
      expect(result).toMatchObject({ ok: true, verified: { payload } })
    }
  })

  it('refuses what is altered, of another proof, too long or no attestation, by its name', async () => {
    const checker = client()
    const good = encodeAttestation(inscriptionAt(onSynthetic, 3, 0))
    const reason = async (attestation: Uint8Array, under = chain) =>
      rejectOf((await checker.verifyAttestation({ attestation, chain: under })).result)
    expect(await reason(good)).toBe(null)
    expect(await reason(good.with(40, (good[40] as number) ^ 1))).toBe('not-in-chain')
    expect(await reason(good, { ...chain, height: chain.height + 1 })).toBe('other-proof')
    expect(await reason(good, { ...chain, accumulator: chain.accumulator + 1n })).toBe('not-in-chain')
    expect(await reason(good.subarray(0, -1))).toBe('truncated')
    expect(await reason(new Uint8Array(MAX_ATTESTATION_JSON + 1).fill(0x7b))).toBe('oversize')
    expect(await reason(request.proof)).toBe('not-an-attestation')
  })

  it('does not verify without a chain, and stays of use', async () => {
    const checker = client()
    const attestation = encodeAttestation(txAt(onSynthetic, 4))
    const unchecked = (given: object) => checker.verifyAttestation(given as VerifyAttestationRequest)
    for (const given of [{ attestation }, { chain }, { attestation: 'text', chain }, { attestation, chain: {} }]) {
      await expect(unchecked(given)).rejects.toMatchObject({ code: 'E_REQUEST' })
    }
    expect((await checker.verifyAttestation({ attestation, chain })).result.ok).toBe(true)
  })
})
