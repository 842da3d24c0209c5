import { join } from 'node:path'
import { Option } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { PeerPlace } from '../node/index.ts'
import type { PeerHost } from '../p2p/index.ts'
import type { CliContext } from './context.ts'
import { more } from './option-parsers.ts'
import { dataHome } from './places.ts'
import { jsonLine } from './text.ts'

/** The flags of every command that speaks with peers. */
export interface PeerFlags {
  readonly p2p?: readonly string[]
  readonly peer?: readonly string[]
  readonly announce?: readonly string[]
  readonly p2pIdentity?: string
}

export const peerFlags = {
  p2p: () =>
    new Option(
      '--p2p <MULTIADDR>',
      'listen for peers there: /ip4/0.0.0.0/tcp/8533, with /ws for browsers (repeatable)',
    ).argParser(more),
  peer: (what = 'a peer to begin with (repeatable)') => new Option('--peer <MULTIADDR>', what).argParser(more),
  announce: () =>
    new Option('--announce <MULTIADDR>', 'tell peers this address instead of where it listens (repeatable)').argParser(
      more,
    ),
  identity: () =>
    new Option('--p2p-identity <FILE>', 'the key that peers know it by (default: p2p/peer.json of the network)').env(
      'WSC_P2P_IDENTITY',
    ),
} as const

/** Null where no flag speaks of peers. */
export function peerPlaceOrNone(flags: PeerFlags, params: NetworkParams, env: CliContext['env']): PeerPlace | null {
  return flags.p2p === undefined && flags.peer === undefined ? null : peerPlace(flags, params, env)
}

/** Where this process is among its peers; who listens keeps its identity. */
export function peerPlace(flags: PeerFlags, params: NetworkParams, env: CliContext['env']): PeerPlace {
  const { p2p: listen, peer: bootstrap, announce, p2pIdentity } = flags
  const file = p2pIdentity ?? join(dataHome(env), params.name, 'p2p', 'peer.json')
  const keeps = p2pIdentity !== undefined || listen !== undefined
  return { listen, bootstrap, announce, identityFile: keeps ? file : undefined }
}

/** What a host tells, on the terminal. */
export function showHost(host: PeerHost, { terminal }: CliContext, json: boolean | undefined): void {
  host.events.on('listening', ({ addresses }) => {
    for (const address of addresses) {
      terminal.result(json ? jsonLine({ peersAt: address }) : `peers reach it at ${address}`)
    }
  })
  host.events.on('unreachable', ({ detail }) => terminal.note(detail))
  host.events.on('banned', ({ peer }) => terminal.note(`${peer} is not spoken with for an hour: too much was wrong`))
  host.events.on('failed', (error) => terminal.note(`a peer could not be answered: ${error.message}`))
}
