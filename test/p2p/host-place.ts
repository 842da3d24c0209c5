import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { proofGossip } from '../../src/bus/index.ts'
import type { Events } from '../../src/lib/index.ts'
import type { PeerHostOptions } from '../../src/p2p/host-options.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'

/** One machine plays many hosts here. */
const MANY = { connectionsPerAddress: 256, newConnectionsPerSecond: 1000, pendingConnections: 256 }

/** Hosts for the tests of one file, with real sockets; each is ended after its test. */
export class HostPlace {
  directory = ''
  readonly closing: (() => Promise<void> | void)[] = []

  constructor() {
    beforeAll(async () => {
      this.directory = await mkdtemp(join(tmpdir(), 'wsc-p2p-'))
    })
    afterAll(() => rm(this.directory, { recursive: true, force: true }))
    afterEach(async () => {
      for (const close of this.closing.splice(0).reverse()) await close()
    })
  }

  /** A host that is not started yet; it listens on a port of its own. */
  async open(options: Partial<PeerHostOptions> = {}): Promise<PeerHost> {
    const host = await openPeerHost({
      params: regtest,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      gossip: [proofGossip],
      limits: MANY,
      ...options,
    })
    this.closing.push(() => host.stop())
    return host
  }

  async started(options: Partial<PeerHostOptions> = {}): Promise<PeerHost> {
    const host = await this.open(options)
    await host.start()
    return host
  }

  file(name: string): string {
    return join(this.directory, `${Math.random()}-${name}`)
  }
}

/** The address that others dial. */
export function addressOf(host: PeerHost): string {
  const [address] = host.addresses
  if (address === undefined) throw new Error('it does not listen')
  return address
}

/** The next event of a name that is as wanted. */
export function nextOf<Payloads extends object, Name extends keyof Payloads>(
  events: Events<Payloads>,
  name: Name,
  wanted: (event: Payloads[Name]) => boolean = () => true,
): Promise<Payloads[Name]> {
  return new Promise((resolve) => {
    const off = events.on(name, (event) => {
      if (!wanted(event)) return
      off()
      resolve(event)
    })
  })
}
