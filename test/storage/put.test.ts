import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WscError } from '../../src/lib/index.ts'
import { offerKind } from '../../storage/peers/offer-kind.ts'
import { nameDraft, providerDraft } from '../../storage/records/drafts.ts'
import { MAX_ENTRIES } from '../../storage/table/tree.ts'
import { PutScene } from './put-scene.ts'
import { bob, context, envelopeOf, paramsOf, peers } from './record-scene.ts'

const paid = paramsOf([{ from: 0, satoshis: 10n }])

let scene: PutScene
beforeEach(async () => {
  scene = await PutScene.make(paid)
})
afterEach(() => scene.remove())

/** Transactions that wait for a block. */
const waiting = () => scene.node.pool.size

/** The next time that a put tells of its progress, or waits. */
const next = (service: ReturnType<PutScene['service']>, name: 'progress' | 'waits') =>
  new Promise<void>((resolve) => {
    const off = service.events.on(name, () => {
      off()
      resolve()
    })
  })

describe('a put over the end of a partition', () => {
  const keeps = (own: number) => (isCounted: boolean, partition: number) =>
    partition !== own ? 'other-partition' : isCounted ? 'whole' : 'waits'

  it('asks for each blob in the partition that it will be in, and pays nothing where nobody keeps that', async () => {
    scene.params = { ...paid, partitionBits: 4 }
    await scene.provider('zero', keeps(0))
    await expect(scene.put(scene.content(26))).rejects.toMatchObject({
      code: 'E_NO_PROVIDER',
      message: expect.stringContaining(
        '0 of 1 providers would keep it, so that nothing was paid: zero: other-partition',
      ),
    })
    expect(waiting()).toBe(0)
    // Those that fit into the first partition need nobody for the next.
    const first = scene.service()
    const done = scene.put(scene.content(16), {}, first)
    await next(first, 'progress')
    await scene.block()
    await done
    await scene.provider('one', keeps(1))
    scene.net.leave('zero')
    const second = scene.service()
    const rest = { ...scene.content(26), blobs: scene.content(26).blobs.slice(16), chunks: 10 }
    const whole = scene.put(rest, {}, second)
    await next(second, 'progress')
    await scene.block()
    await whole
    expect(scene.table.blobs.entries).toHaveLength(26)
    expect(scene.table.blobs.entries.at(-1)?.first).toBe(25)
  })
})

describe('a put', () => {
  it('ends once its records are in the table and providers have all', async () => {
    await scene.provider('one')
    const service = scene.service()
    const done = scene.put(scene.content(3), {}, service)
    await next(service, 'progress')
    expect(waiting()).toBe(4)
    await scene.block()
    await done
    expect(scene.table.blobs.entries).toHaveLength(3)
    // Again: nothing is sent.
    await scene.put(scene.content(3))
    expect(waiting()).toBe(0)
  })

  it('ends by the rule that a record in the chain breaks; the next one signs and pays anew', async () => {
    await scene.provider('one')
    const service = scene.service(paramsOf())
    const done = scene.put(scene.content(2), {}, service)
    done.catch(() => undefined)
    await next(service, 'progress')
    await scene.block()
    await expect(done).rejects.toMatchObject({
      code: 'E_NOT_COUNTED',
      message: expect.stringContaining('unpaid: 0 satoshis burned, 10 wanted for 1 chunks'),
      cure: { act: 'put-anew' },
    })
    const again = scene.service()
    const second = scene.put(scene.content(2), {}, again)
    await next(again, 'progress')
    await scene.block()
    await second
    expect(scene.table.blobs.entries).toHaveLength(2)
  })

  it('ends where its coins went elsewhere, and not for what stands in the way of other jobs', async () => {
    await scene.provider('one')
    const service = scene.service()
    const done = scene.put(scene.content(1), {}, service)
    done.catch(() => undefined)
    await next(service, 'progress')
    const [job] = await Array.fromAsync(scene.inscriber().resume())
    const conflict = (subject: string) => new WscError('E_CONFLICT', 'spent', { cure: { act: 'forget-job', subject } })
    scene.problem(conflict('another'))
    await next(service, 'progress')
    scene.problem(conflict(job!.id))
    await expect(done).rejects.toMatchObject({ code: 'E_CONFLICT' })
  })

  it('ends where it is paid for and all providers keep other partitions, and goes on with one that does not', async () => {
    let says: 'waits' | 'other-partition' = 'waits'
    await scene.provider('one', () => says)
    const service = scene.service()
    const done = scene.put(scene.content(1), {}, service)
    done.catch(() => undefined)
    await next(service, 'progress')
    says = 'other-partition'
    await scene.block()
    await expect(done).rejects.toMatchObject({
      code: 'E_NO_PROVIDER',
      message: expect.stringContaining('is paid for, and 0 of 1 providers keep it: one: other-partition'),
    })
    await scene.provider('two')
    await scene.put(scene.content(1))
    expect(waiting()).toBe(0)
  })

  /** A put that is paid for, and whose records count. */
  const paidFor = async (content = scene.content(1)) => {
    const service = scene.service()
    const done = scene.put(content, {}, service)
    done.catch(() => undefined)
    await next(service, 'progress')
    await scene.block()
    return { service, done }
  }

  it.each([
    ['gives other units', { lies: true }, 'gives another unit'],
    ['gives none', { withholdsUnit: () => true }, 'gives no unit'],
  ])('takes nobody’s word for having all: who says so and %s is none that keeps it', async (_, giving, why) => {
    await scene.provider('one', undefined, giving)
    const { done } = await paidFor()
    await expect(done).rejects.toMatchObject({
      code: 'E_NO_PROVIDER',
      message: expect.stringContaining(`one: says that it has all, and ${why}`),
    })
    const isLiar = 'lies' in giving
    const lie = { peer: 'one', fault: 'lie' }
    expect(scene.net.blamed).toEqual(isLiar ? [lie, lie] : [])
    // With one that has it, it ends.
    await scene.provider('two')
    await scene.put(scene.content(1))
  })

  it('does not wait for ever for one that is fetching and gets no further, and names it', async () => {
    await scene.provider('one', () => 'fetching')
    const { done, service } = await paidFor()
    const named = new Promise<readonly string[]>((resolve) => {
      service.events.on('progress', ({ refusals }) => {
        if (refusals.length > 0) resolve(refusals)
      })
    })
    expect(await named).toEqual([expect.stringMatching(/^one: has 0 chunks of blob .*gets no further$/)])
    await expect(done).rejects.toMatchObject({ code: 'E_NO_PROVIDER' })
  })

  it('is not held up by one that does not answer', async () => {
    await scene.net.transport('silent').answer(offerKind, () => new Promise(() => undefined))
    await scene.provider('one')
    const { done } = await paidFor(scene.content(26))
    await done
  })

  it('pays nothing where fewer than the copies asked for would keep it', async () => {
    await scene.provider('one')
    await scene.provider('two', () => 'other-partition')
    const refused = { code: 'E_NO_PROVIDER', message: expect.stringContaining('1 of 2 providers would keep it') }
    await expect(scene.put(scene.content(1), { copies: 2 })).rejects.toMatchObject(refused)
    const providers = ['one', 'two'].map((name) => ({ name, key: '' }))
    await expect(scene.put(scene.content(1), { providers })).rejects.toMatchObject(refused)
    expect(waiting()).toBe(0)
  })

  it('says so where nobody is there at all', async () => {
    await expect(scene.put(scene.content(1))).rejects.toMatchObject({
      code: 'E_NO_PROVIDER',
      message: 'no provider was named or found, so that nothing was paid',
    })
  })

  it('tells of its own jobs alone', async () => {
    const other = envelopeOf(nameDraft('other', null, context))
    await scene.inscriber().inscribe([other])
    await scene.provider('one')
    const service = scene.service()
    const told: string[] = []
    service.events.on('job', ({ id, status }) => told.push(`${id} ${status}`))
    const done = scene.put(scene.content(1), {}, service)
    await next(service, 'progress')
    await scene.block()
    await done
    expect(told.length).toBeGreaterThan(0)
    expect(new Set(told.map((line) => line.slice(0, 64))).size).toBe(1)
  })

  it('ends by what stands in the way before anything is signed, and leaves no job', async () => {
    await scene.provider('one')
    const full = { length: MAX_ENTRIES, find: () => undefined }
    const entries = vi.spyOn(scene.table.blobs, 'entries', 'get').mockReturnValue(full as never)
    await expect(scene.put(scene.content(1))).rejects.toMatchObject({
      code: 'E_NOT_COUNTED',
      message: expect.stringContaining('nothing was paid: table-full'),
    })
    entries.mockRestore()
    expect((await readdir(scene.folder)).filter((name) => name.endsWith('.json'))).toEqual([])
    expect(waiting()).toBe(0)
  })

  it('tells the rule that is broken also where the job cannot be set aside', async () => {
    await scene.provider('one')
    const service = scene.service(paramsOf())
    const content = scene.content(1)
    await mkdir(join(scene.folder, `${content.id}.void.json`))
    const done = scene.put(content, {}, service)
    done.catch(() => undefined)
    await next(service, 'progress')
    await scene.block()
    const message = expect.stringMatching(/does not count: unpaid.*; and cannot write .*EISDIR/)
    await expect(done).rejects.toMatchObject({ code: 'E_NOT_COUNTED', message, cure: undefined })
  })

  it('done again at a higher rate replaces what waits', async () => {
    await scene.provider('one')
    const stop = new AbortController()
    const service = scene.service()
    const first = scene.put(scene.content(1), { feeRate: 2, signal: stop.signal }, service)
    first.catch(() => undefined)
    await next(service, 'progress')
    stop.abort()
    await expect(first).rejects.toMatchObject({ code: 'E_ABORTED' })
    const before = [...scene.node.pool.keys()]
    const again = scene.service()
    const second = scene.put(scene.content(1), { feeRate: 9 }, again)
    await next(again, 'progress')
    expect(waiting()).toBe(2)
    for (const txid of before) expect(scene.node.pool.has(txid)).toBe(false)
    await scene.block()
    await second
  })

  it('of more commits than there are coins waits for the blocks that confirm change', async () => {
    const poor = await PutScene.make(paid, 1)
    try {
      await poor.provider('one')
      const service = poor.service()
      const done = poor.put(poor.content(26), {}, service)
      await next(service, 'waits')
      expect(poor.node.pool.size).toBe(25)
      await poor.block()
      await next(service, 'progress')
      expect(poor.node.pool.size).toBe(3)
      await poor.block()
      await done
      expect(poor.table.blobs.entries).toHaveLength(26)
    } finally {
      await poor.remove()
    }
  })
})

describe('a tip', () => {
  const [peer] = peers as [(typeof peers)[0]]
  const chosen = { name: 'one', key: Buffer.from(peer.key).toString('hex') }
  const register = async () => {
    const draft = providerDraft(scene.params, bob.publicKey, peer, context)
    await scene.inscriber().inscribe([envelopeOf(draft, bob)])
    for (let i = 0; i < 7; i++) await scene.block()
  }

  it('is refused for who has registered no key that counts, and nothing is paid', async () => {
    await scene.provider('one')
    const options = { providers: [chosen], tip: 1_000n }
    await expect(scene.put(scene.content(1), options)).rejects.toMatchObject({ code: 'E_NO_TIP' })
    expect(waiting()).toBe(0)
  })

  it('is an output of each reveal to the address of the registered key, and told before', async () => {
    await register()
    await scene.provider('one')
    const options = { providers: [chosen], tip: 1_000n }
    expect(await scene.service().quote(scene.content(2), options)).toMatchObject({ burn: 20n, tips: 2_000n })
    const service = scene.service()
    const done = scene.put(scene.content(2), options, service)
    await next(service, 'progress')
    const tips = [...scene.node.pool.values()].flatMap(({ outs }) =>
      outs.filter(({ script }) => Buffer.from(script).equals(Buffer.from(bob.script))).map(({ value }) => value),
    )
    expect(tips).toEqual([1_000n, 1_000n])
    await scene.block()
    await done
    expect(scene.table.blobs.entries).toHaveLength(2)
  })
})
