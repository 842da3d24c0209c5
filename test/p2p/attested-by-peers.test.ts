import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import type { AskedUnder, Attestation, FirstOfPeersOptions } from '../../src/bus/index.ts'
import { attestByPeers, encodeAttestation, refreshByPeers } from '../../src/bus/index.ts'
import { attestationKind } from '../../src/bus/peers/attestation-kind.ts'
import { pathKind } from '../../src/bus/peers/path-kind.ts'
import { rejection } from '../../src/lib/index.ts'
import { askPeersOnce } from '../../src/node/index.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { at, chain, provedChain } from '../bus/served-place.ts'
import { BusPlace } from './bus-place.ts'
import { addressOf } from './host-place.ts'

const place = new BusPlace()
const NOBODY = '/ip4/127.0.0.1/tcp/1'
const seventh = { kind: 'header', height: 7 } as const

/** A peer that serves the chain up to a height, and the attestation of header 7 that it gives. */
async function honest(height: number) {
  const { host, bus, publish } = await place.serving()
  const proof = await fakeProof(at(chain, height))
  await publish(proof)
  const made = await bus.current?.attestor.attest(seventh)
  if (made?.ok !== true) throw new Error('no attestation')
  return { host, proof, attestation: made.attestation }
}

/** A peer that answers both kinds by what it was told to. */
async function saying(attestation: Uint8Array, path = { tipHeight: 10, height: 7, path: [1n, 2n] }) {
  const host = await place.hosts.open()
  await host.answer(attestationKind, async () => ({ ok: true, frames: [attestation] }))
  await host.answer(pathKind, async () => ({ ok: true, frames: [path] }))
  await host.start()
  return host
}

/** Asks peers by their addresses; what they were blamed for, and who was not taken for what. */
async function asked(
  peers: readonly string[],
  proof: Uint8Array,
  ask: (under: AskedUnder, options: FirstOfPeersOptions) => ReturnType<typeof attestByPeers>,
) {
  const faults: string[] = []
  const untaken: string[] = []
  const result = await askPeersOnce(
    {
      params: regtest,
      peers,
      chain: await provedChain(proof),
      poseidon,
      timeoutMs: 50_000,
      opened: (host: PeerHost) => host.events.on('blamed', ({ fault }) => faults.push(fault)),
      untaken: (_, { reject }) => untaken.push(reject),
    },
    ask,
  )
  return { result, faults: faults.sort(), untaken: untaken.sort() }
}

const attest = (peers: readonly string[], proof: Uint8Array) =>
  asked(peers, proof, (under, options) => attestByPeers(under, seventh, options))
const refresh = (peers: readonly string[], proof: Uint8Array, attestation: Attestation) =>
  asked(peers, proof, (under, options) => refreshByPeers(under, attestation, options))

describe('an attestation by peers', () => {
  it('is the first that verifies, whatever others give', async () => {
    const { host, proof, attestation } = await honest(10)
    const later = await honest(12)
    const liars = [
      await saying(Uint8Array.of(1, 2, 3)),
      await saying(encodeAttestation({ ...attestation, header: attestation.header.with(70, 9) } as Attestation)),
    ]
    const peers = [NOBODY, ...[...liars, later.host, host].map(addressOf)]
    const { result } = await attest(peers, proof)
    expect(result).toEqual({ ok: true, value: attestation, peer: host.name })
  })

  it('is none where peers give nothing that is taken: the most telling reason is told', async () => {
    const { proof, attestation } = await honest(10)
    const later = await honest(12)
    const empty = await place.serving()
    const altered = encodeAttestation({ ...attestation, header: attestation.header.with(70, 9) } as Attestation)
    const noise = await saying(Uint8Array.of(1, 2, 3))
    expect(await attest([NOBODY], proof)).toMatchObject({ result: { reject: 'no-answer' } })
    expect(await attest([addressOf(empty.host)], proof)).toMatchObject({ result: { reject: 'refused' } })
    const all = [NOBODY, ...[empty.host, noise, await saying(altered)].map(addressOf)]
    expect(await attest(all, proof)).toMatchObject({
      result: { ok: false },
      faults: ['malformed'],
      untaken: ['not-in-chain', 'refused', 'unreadable'],
    })
    expect(await attest([NOBODY, addressOf(later.host)], proof)).toMatchObject({
      result: { ok: false, reject: 'other-proof' },
      faults: [],
    })
  })

  it('of another block than was asked for is a lie', async () => {
    const { proof, attestation } = await honest(10)
    const liar = await saying(encodeAttestation(attestation))
    const other = await asked([addressOf(liar)], proof, (under, options) =>
      attestByPeers(under, { kind: 'header', height: 6 }, options),
    )
    expect(other).toMatchObject({ result: { reject: 'other-answer' }, faults: ['lie'] })
  })

  it('is brought to a later proof by whoever gives a path that holds', async () => {
    const { host, attestation } = await honest(10)
    const later = await honest(12)
    const liar = await saying(new Uint8Array(1), { tipHeight: 12, height: 7, path: later.attestation.path.with(0, 5n) })
    const peers = [NOBODY, ...[liar, host, later.host].map(addressOf)]
    const { result } = await refresh(peers, later.proof, attestation)
    expect(result).toEqual({ ok: true, value: later.attestation, peer: later.host.name })
    expect(await refresh([addressOf(liar), addressOf(host)], later.proof, attestation)).toMatchObject({
      result: { ok: false },
      untaken: ['not-in-chain', 'other-proof'],
    })
  })

  it('is waited for as long as the peer that was named has not answered, whatever strangers refuse', async () => {
    const { proof, attestation } = await honest(10)
    const named = await place.hosts.open()
    const strangerHeard = Promise.withResolvers<void>()
    await named.answer(attestationKind, async () => {
      await strangerHeard.promise
      return { ok: true, frames: [encodeAttestation(attestation)] }
    })
    await named.start()
    const host = await place.hosts.open({ bootstrap: [addressOf(named)] })
    const under = { transport: host, chain: await provedChain(proof), poseidon }
    const untaken = () => strangerHeard.resolve()
    const result = attestByPeers(under, seventh, { wanted: host.wanted, timeoutMs: 600_000, untaken })
    await host.start()
    const stranger = await place.hosts.open({ bootstrap: [addressOf(host)] })
    await stranger.answer(attestationKind, async () => rejection('no-proof', 'none'))
    await stranger.start()
    expect(await result).toEqual({ ok: true, value: attestation, peer: named.name })
  })

  it('is waited for no longer than the signal says', async () => {
    const { proof } = await honest(10)
    const silent = await place.hosts.open()
    await silent.answer(attestationKind, () => new Promise(() => undefined))
    await silent.start()
    const stop = new AbortController()
    const pending = askPeersOnce(
      {
        params: regtest,
        peers: [addressOf(silent)],
        chain: await provedChain(proof),
        poseidon,
        timeoutMs: 50_000,
        signal: stop.signal,
        opened: (host) => host.events.on('connected', () => stop.abort()),
      },
      (under, options) => attestByPeers(under, seventh, options),
    )
    await expect(pending).rejects.toMatchObject({ code: 'E_ABORTED' })
  })
})
