import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import type { GossipVerdict } from '../../src/bus/index.ts'
import { type WinMessage, winGossip } from '../../storage/peers/win-kind.ts'
import { winMessage } from '../storage/judged-wins.ts'
import { bob } from '../storage/record-scene.ts'
import { addressOf, HostPlace } from './host-place.ts'

const place = new HostPlace()

/** A host that takes part in gossip of wins and gives these verdicts. */
async function listening(bootstrap: readonly string[], verdict: (message: WinMessage) => GossipVerdict) {
  const kind = winGossip(regtest, '00'.repeat(32))
  const host = await place.open({ gossip: [kind], bootstrap })
  const heard: { id: string; number: number }[] = []
  const news: (() => void)[] = []
  const gossip = host.join(kind, async (message) => {
    heard.push({ id: message.id, number: message.claim.number })
    for (const tell of news.splice(0)) tell()
    return verdict(message)
  })
  await host.start()
  return { host, gossip, heard, next: () => new Promise<void>((resolve) => news.push(resolve)) }
}

/** Once so many of its peers listen. */
async function joined({ gossip }: { gossip: { listeners(): readonly string[] } }, count: number): Promise<void> {
  await expect.poll(() => gossip.listeners().length, { timeout: 20_000 }).toBe(count)
}

describe('gossip of wins', { timeout: 60_000 }, () => {
  it('goes on from who takes it, once of the same bytes, and no further than who does not', async () => {
    const one = await listening([], () => 'accept')
    // As whoever judges does: of a key, partition and block one win goes on.
    const taken = new Set<string>()
    const first = ({ id }: WinMessage) => (taken.size < taken.add(id).size ? 'accept' : 'ignore')
    const two = await listening([addressOf(one.host)], first)
    const three = await listening([addressOf(two.host)], () => 'accept')
    await Promise.all([joined(one, 1), joined(two, 2), joined(three, 1)])
    const heard = [two.next(), three.next()]
    await one.gossip.publish(winMessage({ height: 20, number: 1 }))
    await Promise.all(heard)
    const again = [two.next(), three.next()]
    await one.gossip.publish(winMessage({ height: 20, number: 2 }))
    await one.gossip.publish(winMessage({ height: 20, wallet: bob, number: 3 }))
    await Promise.all(again)
    expect(two.heard.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(three.heard.map(({ number }) => number)).toEqual([1, 3])
  })
})
