import { BlockList, isIP } from 'node:net'

/** IANA's registry of special-purpose addresses: none of these is a host of the public internet. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
] as const

/** Within 2000::/3, the only block of global addresses: protocols, Teredo, documentation, 6to4, SRv6. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const

/** Judges IP addresses by what they are, not by how they are written. */
export class PublicIps {
  readonly #special = new BlockList()
  readonly #global = new BlockList()

  constructor() {
    for (const range of SPECIAL_IPV4) this.#add(this.#special, range, 'ipv4')
    for (const range of SPECIAL_IPV6) this.#add(this.#special, range, 'ipv6')
    this.#add(this.#global, '2000::/3', 'ipv6')
  }

  /** Whether a host of the public internet may have this address; false for what is no IP address. */
  has(address: string): boolean {
    const family = isIP(address)
    if (family === 4) return !this.#special.check(address, 'ipv4')
    return family === 6 && this.#global.check(address, 'ipv6') && !this.#special.check(address, 'ipv6')
  }

  #add(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
    const [net, prefix] = range.split('/') as [string, string]
    list.addSubnet(net, Number(prefix), family)
  }
}
