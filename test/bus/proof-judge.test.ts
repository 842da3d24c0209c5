import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLie, type JudgedProof, ProofJudge } from '../../src/bus/peers/proof-judge.ts'
import { WaitingProofs } from '../../src/bus/peers/waiting-proofs.ts'
import { regtestStart } from './chain-fixture.ts'
import { FakeEngine } from './fake-engine.ts'
import { fakeOptions, fakeProof } from './fake-proof.ts'
import { at, chain } from './served-place.ts'

/** A judge whose peers are banned for their first lie; `verified` counts what it verified. */
function judging(limits?: { readonly total: number; readonly perPeer: number }) {
  const banned = new Set<string>()
  const lies = new Set<string>()
  let verified = 0
  const engine = new FakeEngine(regtestStart())
  const verifier = Object.assign(Object.create(engine), {
    verify: async (snark: Uint8Array, steps: number, start: Uint8Array) => {
      verified++
      // Others have their say while it works.
      await new Promise((resolve) => setImmediate(resolve))
      return await engine.verify(snark, steps, start)
    },
  }) as FakeEngine
  const verifyOptions = () => ({ ...fakeOptions, verifier })
  const judge = new ProofJudge({ verifyOptions, isBanned: (peer) => banned.has(peer), limits })
  const give = async (proof: Uint8Array, peer: string): Promise<JudgedProof> => {
    const verdict = await judge.judge(proof, peer)
    if (!verdict.ok && isLie(verdict)) {
      lies.add(peer)
      banned.add(peer)
    }
    return verdict
  }
  return { give, banned, lies, verified: () => verified }
}

/** Well-formed, of much work by its own word, and false. */
async function forged(number: number): Promise<Uint8Array> {
  const snark = new Uint8Array(700)
  new DataView(snark.buffer).setUint32(0, number)
  return await fakeProof(at(chain, 12), { changes: { snark, steps: 1_000_000 } })
}

describe('a judge of proofs', () => {
  it('that 200 peers flood finds each out by one lie, and hears an honest one in its turn', async () => {
    const { give, lies, verified } = judging()
    const honest = await fakeProof(at(chain, 12))
    const lying = await Promise.all(Array.from({ length: 600 }, (_, i) => forged(i)))
    // Three of each peer, all there before any is verified.
    const flood = lying.map((proof, i) => give(proof, `liar${i % 200}`))
    expect(await give(honest, 'honest')).toMatchObject({ ok: true, chain: { height: 12 } })
    const verdicts = await Promise.all(flood)
    expect(lies.size).toBe(200)
    // Those that were under way when their peer was found out are few.
    expect(verified()).toBeLessThanOrEqual(203)
    const rejects = new Set(verdicts.map((verdict) => (verdict.ok ? 'none' : verdict.reject)))
    expect(rejects).toEqual(new Set(['proof-malformed', 'busy', 'banned']))
  })

  it('verifies what many give once, and not less because one of them is banned', async () => {
    const { give, banned, verified } = judging()
    const fill = [give(await forged(1), 'a'), give(await forged(2), 'b')]
    const proof = await fakeProof(at(chain, 12))
    const given = ['liar', 'c', 'd'].map((peer) => give(proof, peer))
    banned.add('liar')
    for (const verdict of await Promise.all(given)) expect(verdict).toMatchObject({ ok: true })
    expect(await give(proof, 'e')).toMatchObject({ ok: true })
    await Promise.all(fill)
    expect(verified()).toBe(3)
  })

  it('has no room beyond its limits, and says so', async () => {
    const { give } = judging({ total: 3, perPeer: 1 })
    const proofs = await Promise.all(Array.from({ length: 7 }, (_, i) => forged(i)))
    const verdicts = await Promise.all(proofs.map((proof, i) => give(proof, `peer${i}`)))
    expect(verdicts.map((verdict) => !verdict.ok && verdict.reject)).toEqual([
      ...Array(5).fill('proof-malformed'),
      'busy',
      'busy',
    ])
  })
})

describe('waiting proofs', () => {
  const waiting = (limits = { total: 6, perPeer: 3 }, banned = new Set<string>()) => {
    const dropped: string[] = []
    const proofs = new WaitingProofs<string>(limits, (peer) => banned.has(peer))
    const put = (peer: string, name: string) => proofs.put(peer, name, name, () => dropped.push(name))
    const rest = () => Array.from({ length: proofs.size }, () => proofs.next()).filter((name) => name !== undefined)
    return { proofs, put, rest, dropped, banned }
  }

  it('come out by turns of their peers, the newest of each first', () => {
    const { put, rest, dropped } = waiting()
    for (const name of ['a1', 'a2', 'a3', 'a4']) put('a', name)
    put('b', 'b1')
    put('c', 'c1')
    expect(dropped).toEqual(['a1'])
    expect(rest()).toEqual(['a4', 'b1', 'c1', 'a3', 'a2'])
  })

  it('make room by what the peer with the most gave first', () => {
    const { put, rest, dropped } = waiting({ total: 4, perPeer: 3 })
    for (const name of ['a1', 'a2', 'a3', 'b1']) put(name.slice(0, 1), name)
    put('c', 'c1')
    put('d', 'd1')
    put('e', 'e1')
    expect(dropped).toEqual(['a1', 'a2', 'e1'])
    expect(rest()).toEqual(['a3', 'b1', 'c1', 'd1'])
  })

  it('are dropped with their peers, as soon as anybody else wants the room', () => {
    const { put, rest, dropped, banned, proofs } = waiting({ total: 3, perPeer: 3 })
    for (const name of ['a1', 'a2', 'b1']) put(name.slice(0, 1), name)
    proofs.also('b', 'a2')
    banned.add('a')
    put('c', 'c1')
    expect(dropped).toEqual(['a1'])
    expect(rest()).toEqual(['a2', 'c1', 'b1'])
  })

  it('never are more than may be, and each comes out or is dropped, once', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 5 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { proofs, put, rest, dropped, banned } = waiting({ total: 5, perPeer: 2 })
        const out: string[] = []
        const came: string[] = []
        for (const [i, [peer, act]] of steps.entries()) {
          const last = came.at(-1)
          if (act === 0) out.push(...[proofs.next()].filter((name) => name !== undefined))
          else if (act === 1 && i % 7 === 0) banned.add(peer)
          else if (act === 2 && last !== undefined) proofs.also(peer, last)
          else {
            came.push(`${peer}${i}`)
            put(peer, `${peer}${i}`)
          }
          expect(proofs.size).toBeLessThanOrEqual(5)
        }
        out.push(...rest())
        proofs.next()
        expect([...out, ...dropped].sort()).toEqual(came.sort())
      }),
    )
  })
})
