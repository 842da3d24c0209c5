import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { mainnet, regtest, signet, testnet4 } from '../../src/bitcoin/index.ts'
import { parseAddresses, peerOf } from '../../src/p2p/addresses.ts'
import { connectionGate } from '../../src/p2p/gate.ts'
import { protocolId, protocolPrefix, topicId } from '../../src/p2p/protocol-names.ts'
import { PublicAddresses } from '../../src/p2p/public-addresses.ts'
import { Scoreboard } from '../../src/p2p/scoreboard.ts'
import { HostPlace, nextOf } from './host-place.ts'

const PRIVATE = [
  '/ip4/127.0.0.1/tcp/1',
  '/ip4/10.1.2.3/tcp/1',
  '/ip4/172.31.255.255/tcp/1/ws',
  '/ip4/192.168.0.1/tcp/1',
  '/ip4/169.254.169.254/tcp/80',
  '/ip4/100.64.0.1/tcp/1',
  '/ip4/0.0.0.0/tcp/1',
  '/ip4/224.0.0.1/tcp/1',
  '/ip4/255.255.255.255/tcp/1',
  '/ip6/::1/tcp/1',
  '/ip6/::/tcp/1',
  '/ip6/::ffff:127.0.0.1/tcp/1',
  '/ip6/64:ff9b::7f00:1/tcp/1',
  '/ip6/2002:7f00:1::/tcp/1',
  '/ip6/2001:db8::1/tcp/1',
  '/ip6/2001::1/tcp/1',
  '/ip6/fe80::1/tcp/1',
  '/ip6/fd00::1/tcp/1',
  '/dns4/localhost/tcp/1',
  '/dns/example.org/tcp/1',
]
const PUBLIC = ['/ip4/8.8.8.8/tcp/1', '/ip4/172.32.0.1/tcp/1/ws', '/ip6/2606:4700::1111/tcp/1', '/ip6/2a00::1/tcp/1/ws']

describe('addresses of peers', () => {
  it('are public or not by what they are', () => {
    const addresses = new PublicAddresses()
    expect(PUBLIC.filter((text) => !addresses.has(multiaddr(text)))).toEqual([])
    expect(PRIVATE.filter((text) => addresses.has(multiaddr(text)))).toEqual([])
  })

  it('are dialled on a public network only where they are public; a name only where the operator gave it', async () => {
    const named = [multiaddr('/dns4/seed.example.org/tcp/8533')]
    const gateOf = (publicOnly: boolean) =>
      connectionGate({ scores: new Scoreboard(() => 0), publicOnly, named, connectionsPerAddress: 1 })
    const denied = async (text: string, publicOnly: boolean) =>
      await gateOf(publicOnly).denyDialMultiaddr?.(multiaddr(text))
    for (const text of PRIVATE)
      expect([text, await denied(text, true), await denied(text, false)]).toEqual([text, true, false])
    for (const text of PUBLIC) expect(await denied(text, true)).toBe(false)
    expect(await denied('/dns4/seed.example.org/tcp/8533', true)).toBe(false)
    expect(await denied('/dns4/seed.example.org.evil.org/tcp/8533', true)).toBe(true)
  })

  it('are TCP or WebSockets, with the peer at the end', () => {
    const peer = '12D3KooWLCta65QCehdwiNzFJ9YvwALyA3RgoDhAwSfpNPdGEv63'
    const [first, second] = parseAddresses([`/ip4/127.0.0.1/tcp/8533/p2p/${peer}`, '/dns4/example.org/tcp/443/tls/ws'])
    expect([first, second].map((address) => address && peerOf(address))).toEqual([peer, undefined])
    for (const text of [
      '',
      'nonsense',
      '127.0.0.1:1',
      '/ip4/127.0.0.1',
      '/ip4/1.2.3.4/udp/1',
      '/unix/a',
      '/ip4/300.0.0.1/tcp/1',
      `/p2p/${peer}`,
      `/ip4/1.2.3.4/tcp/1/p2p/${peer}/p2p-circuit`,
    ]) {
      expect(() => parseAddresses([text]), text).toThrow(expect.objectContaining({ code: 'E_P2P_ADDRESS' }))
    }
  })

  it('have no word in common with another network', () => {
    const custom = { ...regtest, custom: true, name: 'regtest' }
    expect(protocolId(protocolPrefix(regtest), 'bus/proof/1')).toBe('/wsc/regtest/bus/proof/1')
    expect(topicId(protocolPrefix(mainnet), 'bus/proof/1')).toBe('/wsc/mainnet/gossip/bus/proof/1')
    expect(protocolId(protocolPrefix(custom), 'bus/proof/1')).toMatch(/^\/wsc\/custom-[0-9a-f]{16}\/bus\/proof\/1$/)
  })
})

describe('a host of a public network', () => {
  const hosts = new HostPlace()

  it.each([mainnet, testnet4, signet])('does not dial this machine', async (params) => {
    const listening = await hosts.started({ params })
    const host = await hosts.open({ params, listen: [], bootstrap: listening.addresses })
    const unreachable = nextOf(host.events, 'unreachable')
    await host.start()
    expect(await unreachable).toMatchObject({ detail: expect.stringContaining('no address of the public internet') })
  })
})
