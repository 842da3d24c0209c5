import type { Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { regtest } from '../../src/bitcoin/index.ts'
import { type Fault, proofGossip } from '../../src/bus/index.ts'
import { computeGossip } from '../../src/compute/peers/compute-gossip.ts'
import { parseAddresses } from '../../src/p2p/addresses.ts'
import { newIdentity } from '../../src/p2p/identity.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { HOST_LIMITS } from '../../src/p2p/limits.ts'
import { openLibp2p } from '../../src/p2p/open-libp2p.ts'
import { protocolId, protocolPrefix } from '../../src/p2p/protocol-names.ts'
import { Scoreboard } from '../../src/p2p/scoreboard.ts'
import { winGossip } from '../../storage/peers/win-kind.ts'
import { addressOf, type HostPlace, nextOf } from './host-place.ts'

/** A peer that keeps to no rule: libp2p itself, connected with its victim, and whatever streams a test wants. */
export async function hostilePeer(place: HostPlace, victim: PeerHost) {
  const identity = await newIdentity()
  const libp2p = await openLibp2p({
    params: regtest,
    prefix: protocolPrefix(regtest),
    identity,
    listen: [],
    announce: [],
    named: [],
    gossip: [proofGossip, winGossip(regtest, '00'.repeat(32)), ...computeGossip(['00'.repeat(32)])],
    limits: { ...HOST_LIMITS, streamsPerConnection: 4000 },
    scores: new Scoreboard(() => 0),
  })
  await libp2p.start()
  place.closing.push(() => libp2p.stop())
  const name = peerIdFromPrivateKey(identity).toString()
  const faults: Fault[] = []
  const offs = [
    victim.events.on('blamed', ({ peer, fault }) => {
      if (peer === name) faults.push(fault)
    }),
  ]
  place.closing.push(() => {
    for (const off of offs) off()
  })
  const [address] = parseAddresses([addressOf(victim)])
  if (address === undefined) throw new Error('the victim does not listen')
  const connect = () => libp2p.dial(address)
  const met = nextOf(victim.events, 'connected', ({ peer }) => peer === name)
  await connect()
  await met
  const open = async (kind: { readonly name: string }): Promise<Stream> => {
    const connection = await connect()
    return await connection.newStream([protocolId(protocolPrefix(regtest), kind.name)], { maxOutboundStreams: 4000 })
  }
  return { libp2p, name, faults, connect, open }
}

/** Bytes without a pattern, the same in every run. */
export function noise(seed: number, length: number): Uint8Array {
  let state = (seed + 1) * 2_654_435_761
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}
