import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { MemorySeenNames, type SeenNames } from '../../storage/index.ts'
import { SeenNamesFolder } from '../../storage/io/index.ts'
import { resolveName } from '../../storage/naming/names.ts'
import { alice, bob } from './record-scene.ts'
import { signedName } from './signed-names.ts'

const author = bytesToHex(alice.publicKey)
const key = { author, name: 'site' }
const [one, two] = ['11'.repeat(32), '22'.repeat(32)]
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-names-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Said = ReturnType<typeof signedName>

const source = (answer: Said | null | Error) => ({
  name: 'gateway',
  signedName: async () => {
    if (answer instanceof Error) throw answer
    return answer
  },
})
const resolved = async (answers: readonly (Said | null | Error)[], seen: SeenNames = new MemorySeenNames()) => {
  const result = await resolveName(regtest, key, answers.map(source), seen)
  return result.ok ? `${result.named.id.slice(0, 2)} ${result.named.seq} ${result.named.asOf}` : result.reject
}

it('what the author signed last is what a name means, whoever says so', async () => {
  expect(await resolved([signedName(one, 1)])).toBe('11 1 10')
  expect(await resolved([signedName(one, 1), signedName(two, 2), null, new Error('away')])).toBe('22 2 10')
  expect(await resolved([signedName(two, 2, { asOf: 12 }), signedName(two, 2, { asOf: 11 })])).toBe('22 2 12')
  expect(await resolved([signedName(one, 1), signedName('', 2)])).toBe('taken-back')
  expect(await resolved([null])).toBe('no-such-name')
  expect(await resolved([new Error('away')])).toBe('unreachable')
})

it('what its author never signed is refused, in every field', async () => {
  const true1 = signedName(one, 1)
  const { record } = true1
  const lies: Said[] = [
    { ...true1, id: two },
    { ...true1, id: '' },
    { ...true1, record: { ...record, seq: 2 } },
    { ...true1, record: { ...record, height: 6 } },
    { ...true1, record: { ...record, blockHash: '00'.repeat(32) } },
    { ...true1, record: { ...record, output: '00' } },
    { ...true1, record: { ...record, contentType: 'text/plain' } },
    { ...true1, record: { ...record, sig: '00'.repeat(64) } },
    signedName(one, 1, { wallet: bob }),
    signedName(one, 1, { name: 'other' }),
  ]
  for (const lie of lies) expect(await resolved([lie])).toBe('bad-signature')
  expect(await resolved([...lies, true1])).toBe('11 1 10')
})

it('nobody goes back behind what was seen, in this run or in a later one', async () => {
  const path = join(folder, 'below', 'seen')
  for (const seen of [new MemorySeenNames(), new SeenNamesFolder(path)]) {
    expect(await resolved([signedName(two, 5)], seen)).toBe('22 5 10')
    expect(await resolved([signedName(one, 4)], seen)).toBe('stale-name')
    expect(await resolved([signedName(two, 5)], seen)).toBe('22 5 10')
    expect(await resolved([signedName('', 6)], seen)).toBe('taken-back')
    expect(await resolved([signedName(two, 5)], seen)).toBe('stale-name')
  }
  expect(await resolved([signedName(two, 5)], new SeenNamesFolder(path))).toBe('stale-name')
})

it('of processes that see different numbers at the same time the greatest stays', async () => {
  const path = join(folder, 'shared')
  const numbers = [3, 17, 16, 2, 100, 9, 17, 100]
  await Promise.all(numbers.map((seq) => new SeenNamesFolder(path).put(key, seq)))
  for (const seen of [new SeenNamesFolder(path), new MemorySeenNames()]) {
    for (const other of ['site.a', 'a.site', 'sit']) await seen.put({ ...key, name: other }, 1000)
    await seen.put(key, 100)
    await seen.put(key, 99)
    expect(await seen.get(key)).toBe(100)
    expect(await seen.get({ ...key, author: 'ff'.repeat(32) })).toBeNull()
  }
  // Those that are long gone behind leave nothing.
  const left = (await readdir(join(path, author))).filter((file) => file.startsWith('site@'))
  expect(left.sort()).toEqual(['site@100', 'site@99'])
})
