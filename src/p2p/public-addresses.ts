import type { Multiaddr } from '@multiformats/multiaddr'
import { PublicIps } from '../lib/io/index.ts'

/** Judges addresses of peers by what they are, not by how they are written. */
export class PublicAddresses {
  readonly #ips = new PublicIps()

  /** Whether a host of the public internet may have this IP address. */
  hasIp(address: string): boolean {
    return this.#ips.has(address)
  }

  /**
   * Whether a peer's word for where it is may be followed: a public IP address. A name is not: whoever names it decides,
   * later, which address it has.
   */
  has(address: Multiaddr): boolean {
    const [first] = address.getComponents()
    return (first?.name === 'ip4' || first?.name === 'ip6') && first.value !== undefined && this.hasIp(first.value)
  }
}
