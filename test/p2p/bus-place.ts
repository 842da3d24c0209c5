import { PeerSync } from '../../src/bus/io/index.ts'
import { PeerServing } from '../../src/bus/io/peers/peer-serving.ts'
import type { PeerHostOptions } from '../../src/p2p/host-options.ts'
import { fakeOptions } from '../bus/fake-proof.ts'
import { ServedPlace } from '../bus/served-place.ts'
import { HostPlace } from './host-place.ts'

const verifyOptions = () => fakeOptions

/** Hosts that serve a bus, and hosts that sync from peers; each is ended after its test. */
export class BusPlace {
  readonly hosts = new HostPlace()
  readonly #served = new ServedPlace()

  /** A host that serves what its bus has. */
  async serving(options: Partial<PeerHostOptions> = {}) {
    const { bus, publish } = await this.#served.serving()
    const host = await this.hosts.open(options)
    const serving = new PeerServing({ bus, transport: host, verifyOptions })
    await serving.start()
    await host.start()
    this.hosts.closing.push(() => serving.stop())
    return { host, serving, bus, publish }
  }

  /** A host with an empty directory that syncs from peers, once it is started. */
  async syncing(bootstrap: readonly string[], options: Partial<PeerHostOptions> = {}) {
    const file = this.hosts.file('synced.proof')
    const host = await this.hosts.open({ bootstrap, ...options })
    const sync = new PeerSync({ transport: host, file, verifyOptions })
    this.hosts.closing.push(() => sync.stop())
    const start = async () => {
      await sync.start()
      await host.start()
    }
    return { host, sync, file, start }
  }
}
