import { join } from 'node:path'
import { regtest } from '../../src/bitcoin/index.ts'
import { type PeerTransport, proofGossip, type VerifyOptions } from '../../src/bus/index.ts'
import { PeerSync, stepCircuit } from '../../src/bus/io/index.ts'
import { proofKind } from '../../src/bus/peers/proof-kind.ts'
import { encodeProofFile } from '../../src/bus/proof-file.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { makeChain } from '../support/chain.ts'
import { addonPoseidon, busVerifier, Folder } from '../support/folder.ts'
import { lightSyncElsewhere } from '../support/published.ts'
import { bytes } from '../support/quantity.ts'
import { summary } from '../support/statistics.ts'
import { busSteps } from '../support/step-inputs.ts'

/** Honest peers with the best proof; beside them one that is behind, and one that lies. */
const HONEST = 6

export const peers: Bench = {
  name: 'peers',
  title: 'Light sync from peers',
  about:
    `From nothing to a verified state: a host with an empty directory is given the addresses of ${HONEST + 2} peers, all on this ` +
    'machine and in this process. One holds an older proof, one a forged one; these two are the first to answer. libp2p and ' +
    'the verifying key are loaded before.',
  async run({ quick, scratch, say }) {
    const runs = quick ? 1 : 9
    const proofs = await makeProofs()
    say('proofs made')
    const verifier = await busVerifier()
    const verifyOptions = (): VerifyOptions => ({
      params: proofs.params,
      verifier,
      now: Math.floor(Date.now() / 1000),
      allowInsecureSetup: true,
    })
    const given = [proofs.forged, proofs.older, ...Array.from({ length: HONEST }, () => proofs.best)]
    const hosts = await Promise.all(given.map((proof, i) => serving(proof, i < 2 ? 0 : 20)))
    const measured: Measured[] = []
    try {
      for (let i = 0; i < runs; i++) {
        const file = join(scratch, `${i}.proof`)
        measured.push(await syncFrom(hosts, { file, verifyOptions, height: proofs.height, liar: hosts[0]?.name }))
        say(`synced ${i + 1} of ${runs}`)
      }
    } finally {
      await Promise.all(hosts.map((host) => host.stop()))
    }
    const of = (name: keyof Measured) =>
      summary(
        measured.map((one) => one[name]),
        's',
      )
    return {
      tables: [
        {
          columns: ['', 'seconds'],
          rows: [
            ['from the start to the first answer', of('firstAnswer')],
            ['from there to a verified state', of('verified')],
            ['from there to the one with the most work', of('best')],
            ['from there until the liar is no longer spoken with', of('banned')],
          ],
        },
        {
          columns: ['a light client of', 'reads', 'verified after'],
          rows: [
            ['this project', bytes(proofs.best.length), of('best')],
            ...lightSyncElsewhere.map(({ name, reads, verifies }) => [name, reads, verifies]),
          ],
        },
      ],
      notes: [
        'Wanted: a verified state within 3 s of the first answers.',
        'Ours is from the first answer on, with the others’ answers waited for and verified. The other systems’ figures are their own, of verifying alone.',
      ],
    }
  },
}

interface Measured {
  readonly firstAnswer: number
  readonly verified: number
  readonly best: number
  readonly banned: number
}

interface Syncing {
  readonly file: string
  readonly verifyOptions: () => VerifyOptions
  readonly height: number
  readonly liar: string | undefined
}

async function syncFrom(hosts: readonly PeerHost[], { file, verifyOptions, height, liar }: Syncing): Promise<Measured> {
  const bootstrap = hosts.map((host) => host.addresses[0] as string)
  const host = await openPeerHost({ params: regtest, bootstrap, gossip: [proofGossip] })
  const answered = Promise.withResolvers<number>()
  const banned = Promise.withResolvers<number>()
  const verified = Promise.withResolvers<number>()
  const best = Promise.withResolvers<number>()
  const transport: PeerTransport = {
    peers: (kind) => host.peers(kind),
    meet: (kind, met) => host.meet(kind, met),
    answer: (kind, answerer) => host.answer(kind, answerer),
    join: (kind, judge) => host.join(kind, judge),
    blame: (peer, fault, detail) => host.blame(peer, fault, detail),
    isBanned: (peer) => host.isBanned(peer),
    async ask(peer, kind, question, options) {
      const asked = await host.ask(peer, kind, question, options)
      if (asked.ok) answered.resolve(performance.now())
      return asked
    },
  }
  const sync = new PeerSync({ transport, file, verifyOptions })
  host.events.on('banned', ({ peer }) => {
    if (peer === liar) banned.resolve(performance.now())
  })
  sync.events.on('synced', ({ chain }) => {
    verified.resolve(performance.now())
    if (chain.height === height) best.resolve(performance.now())
  })
  const began = performance.now()
  await sync.start()
  await host.start()
  const first = await answered.promise
  const since = async (event: Promise<number>) => ((await event) - first) / 1000
  const measured = {
    firstAnswer: (first - began) / 1000,
    verified: await since(verified.promise),
    best: await since(best.promise),
    banned: await since(banned.promise),
  }
  await sync.stop()
  await host.stop()
  return measured
}

/** A host that answers with this proof, after so many milliseconds. */
async function serving(proof: Uint8Array, afterMs: number): Promise<PeerHost> {
  const host = await openPeerHost({
    params: regtest,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    gossip: [proofGossip],
    limits: { newConnectionsPerSecond: 1000, connectionsPerAddress: 256 },
  })
  await host.answer(proofKind, async () => {
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    return { ok: true, frames: [proof] }
  })
  await host.start()
  return host
}

/** Two proofs of one chain, real ones, and the later with a byte of its SNARK altered. */
async function makeProofs() {
  const circuit = await compileCircuit(stepCircuit)
  const chain = makeChain(6, await addonPoseidon())
  const folder = await Folder.load(circuit, chain.start, busSteps(chain))
  const witnesses = await BusWitnessSource.load(circuit)
  const { keyId, setup } = folder.engine.info
  const file = (snark: Uint8Array, steps: number) =>
    encodeProofFile({
      keyId,
      setup,
      params: packState(chain.start)[0] as bigint,
      start: chain.start.start,
      steps,
      snark,
    })
  await folder.prepared(2, witnesses)
  const older = file(await folder.fold.compress(), 2)
  await folder.prepared(1, witnesses)
  const snark = await folder.fold.compress()
  const middle = snark.length >> 1
  const forged = file(snark.with(middle, (snark[middle] as number) ^ 1), 3)
  return { older, forged, best: file(snark, 3), height: 6, params: chain.start.params }
}
