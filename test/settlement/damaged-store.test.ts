import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { cureText } from '../../src/cli/cure.ts'
import { WscError } from '../../src/lib/index.ts'
import { InscriptionIndex, openStore, type StoreContent } from '../../src/settlement/io/index.ts'
import { JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { damaged } from '../support/damage.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-damaged-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const key = (i: number) => `at:${String(i).padStart(4, '0')}`

/** A store with a table and a log: the first is made of the log when it is opened again. */
async function made(content: StoreContent): Promise<string> {
  const path = join(dir, content)
  for (const from of [0, 100]) {
    const store = await openStore(path, content)
    const puts = Array.from({ length: 100 }, (_, i) => ({ type: 'put', key: key(from + i), value: { i } }) as const)
    await store.batch(puts, { sync: true })
    await store.close()
  }
  return path
}

async function readAll(path: string, content: StoreContent): Promise<void> {
  const store = await openStore(path, content)
  try {
    for await (const _ of store.entries());
    for await (const _ of store.values({ gte: 'at:', lt: 'at;' }));
    for await (const _ of store.keys({ gte: 'at:', lt: 'at;' }));
    for (let i = 0; i < 200; i++) await store.get(key(i))
    await store.put('last', 1, { sync: true })
  } finally {
    await store.close()
  }
}

it.each([
  ['index', 'remove the folder, and it is made again from the node'],
  ['jobs', 'keep a copy of the folder'],
] as const)('damage to a store of %s is told with its cure', async (content, cure) => {
  const store = await made(content)
  const copy = join(dir, 'copy')
  let found = 0
  for await (const what of damaged(store, copy)) {
    const error = await readAll(copy, content).catch((thrown) => thrown)
    if (error === undefined) continue
    expect([what, error.code, error]).toEqual([what, 'E_STORE', expect.any(WscError)])
    expect(error.message).toContain(`${copy} is damaged`)
    expect(cureText(error.cure)).toContain(cure)
    found++
  }
  expect(found).toBeGreaterThan(20)
})

it.each([
  ['index', 'tip', 'remove-index'],
  ['jobs', `job:${'ab'.repeat(32)}`, 'keep-jobs-aside'],
] as const)('so is a value in a store of %s that is not what was put', async (content, place, act) => {
  const store = await openStore(join(dir, 'values'), content)
  const read = () => (content === 'index' ? InscriptionIndex.open(store, regtest) : new JobStore(store, regtest).list())
  try {
    await read()
    await store.put(place, { height: 'one' }, { sync: true })
    await expect(read()).rejects.toMatchObject({ code: 'E_STORE', cure: { act } })
  } finally {
    await store.close()
  }
})
