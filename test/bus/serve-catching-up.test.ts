import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { decodeAttestation, verifyAttestation } from '../../src/bus/index.ts'
import { livePlaces } from '../../src/bus/io/history/places.ts'
import { History, historyStart, memoryTable } from '../../src/bus/io/index.ts'
import { fakeProof } from './fake-proof.ts'
import { poseidon, poseidonSource } from './poseidon-reference.ts'
import { at, chain, provedChain, reorganised, ServedPlace, sourceOf } from './served-place.ts'

const place = new ServedPlace()

/** Holds a node's answers: until released, or until who asked gives up. */
function holding() {
  const { promise, resolve: release } = Promise.withResolvers<void>()
  const asked: (AbortSignal | undefined)[] = []
  const held = (signal?: AbortSignal) => {
    asked.push(signal)
    return Promise.race([
      promise,
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    ])
  }
  return { held, release, asked }
}

type Get = Awaited<ReturnType<typeof place.serving>>['get']
const heightAt = async (get: Get) => ((await (await get('/v1/state')).json()) as { height: number }).height
const until = (true_: () => boolean) => expect.poll(true_, { interval: 5 }).toBe(true)

describe('a server whose history is not in step yet', () => {
  it('serves the proof it has, and paths under it, while the node does not answer', async () => {
    const { get, publish, node, bus } = await place.serving()
    const old = await fakeProof(at(chain, 10))
    await publish(old)
    const { held, release, asked } = holding()
    node.headersHeld = held
    const taking = publish(await fakeProof(at(chain, 12)))
    await until(() => asked.length > 0)
    expect(new Uint8Array(await (await get('/v1/proof')).arrayBuffer())).toEqual(old)
    expect(await heightAt(get)).toBe(10)
    expect((await get('/v1/path/7')).status).toBe(200)
    expect((await get('/v1/attest/header/7')).status).toBe(200)
    release()
    await taking
    expect(bus.current?.chain.height).toBe(12)
    expect(await heightAt(get)).toBe(12)
  })

  it('serves the first proof at once, and says when to ask again for a path', async () => {
    const { get, publish, node } = await place.serving()
    const { held, release, asked } = holding()
    node.headersHeld = held
    const proof = await fakeProof(at(chain, 10))
    const taking = publish(proof)
    await until(() => asked.length > 0)
    expect(new Uint8Array(await (await get('/v1/proof')).arrayBuffer())).toEqual(proof)
    for (const path of ['/v1/path/7', '/v1/attest/header/7']) {
      const answer = await get(path)
      expect([answer.status, answer.headers.get('retry-after')], path).toEqual([503, '1'])
      expect(await answer.json()).toMatchObject({ error: 'catching-up' })
    }
    expect((await get('/v1/path/11')).status).toBe(404)
    release()
    await taking
    expect((await get('/v1/path/7')).status).toBe(200)
  })

  it('takes a proof up when the node is back, without verifying it again', async () => {
    const { get, publish, node, look, judged } = await place.serving()
    await publish(await fakeProof(at(chain, 10)))
    node.headersHeld = () => Promise.reject(new Error('away'))
    await expect(publish(await fakeProof(at(chain, 12)))).rejects.toThrow('away')
    await expect(look()).rejects.toThrow('away')
    expect(await heightAt(get)).toBe(10)
    node.headersHeld = async () => undefined
    await look()
    expect(await heightAt(get)).toBe(12)
    expect(judged).toHaveLength(2)
  })

  it('takes up the best of those offered meanwhile, not the last', async () => {
    const { bus } = await place.serving()
    const offer = async (height: number) => {
      const bytes = await fakeProof(at(chain, height))
      bus.offer({ bytes, chain: await provedChain(bytes) })
    }
    for (const height of [9, 12, 10]) await offer(height)
    expect(bus.current?.chain.height).toBe(9)
    await bus.takeUp()
    expect(bus.current?.chain.height).toBe(12)
    await bus.takeUp()
    expect(bus.current?.chain.height).toBe(12)
  })

  it('takes a proof up while an attestation waits for the node, which stays one under the proof before', async () => {
    const { get, publish, node } = await place.serving()
    const old = await fakeProof(at(chain, 10))
    await publish(old)
    const { held, release, asked } = holding()
    node.blocksHeld = held
    const waiting = get('/v1/attest/header/7')
    await until(() => asked.length > 0)
    await publish(await fakeProof(at(chain, 12)))
    expect(await heightAt(get)).toBe(12)
    release()
    const made = decodeAttestation(new Uint8Array(await (await waiting).arrayBuffer()))
    if (!made.ok) throw new Error(made.detail)
    expect(verifyAttestation(made.attestation, await provedChain(old), poseidon)).toMatchObject({ ok: true })
  })

  it('makes nothing of two branches: a reorg meanwhile is told', async () => {
    const { get, publish, node } = await place.serving()
    await publish(await fakeProof(at(chain, 10)))
    const { held, release, asked } = holding()
    node.blocksHeld = held
    const waiting = get('/v1/attest/header/9')
    await until(() => asked.length > 0)
    node.headers = reorganised.headers
    await publish(await fakeProof(at(reorganised, 14)))
    release()
    expect((await waiting).status).toBe(503)
    const start = historyStart(regtest)
    const table = memoryTable()
    let gate: Promise<void> | null = null
    const history = await History.open(
      start,
      {
        ...table,
        get count() {
          return table.count
        },
        async read(numbers) {
          const opened = gate
          gate = null
          await opened
          return await table.read(numbers)
        },
      },
      poseidonSource,
    )
    await history.sync(sourceOf(chain.headers), 12)
    const places = livePlaces(history, await provedChain(await fakeProof(at(chain, 12))))
    expect(await places.place(9)).toMatchObject({ tipHeight: 12 })
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const between = places.place(9)
    await history.sync(sourceOf(reorganised.headers), 14)
    opened.resolve()
    await expect(between).rejects.toMatchObject({ code: 'E_REORG' })
    const cure = { act: 'proof-or-headers-of-one-chain' }
    await expect(places.place(9)).rejects.toMatchObject({ code: 'E_SOURCE', cure })
  })

  it('stops what it makes for a client that leaves', async () => {
    const { get, statusFor, publish, node, errors } = await place.serving()
    await publish(await fakeProof(at(chain, 10)))
    const { held, release, asked } = holding()
    node.blocksHeld = held
    const leaving = new AbortController()
    const ask = () => get('/v1/attest/header/7', { signal: leaving.signal }).catch(() => null)
    const waiting = Array.from({ length: 2 }, ask)
    await until(() => asked.length === 2)
    expect((await get('/v1/attest/header/7')).status).toBe(503)
    // Nobody holds the places of all.
    const other = statusFor('127.0.0.2', '/v1/attest/header/7')
    await until(() => asked.length === 3)
    release()
    expect(await other).toBe(200)
    leaving.abort()
    await Promise.all(waiting)
    await until(() => asked.every((signal) => signal?.aborted))
    node.blocksHeld = async () => undefined
    expect((await get('/v1/attest/header/7')).status).toBe(200)
    expect(errors).toEqual([])
  })
})
