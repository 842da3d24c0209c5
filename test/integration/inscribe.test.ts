import { chmod, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { recordMetadata, SettlementPlace } from '../support/settlement-place.ts'
import { runWsc } from '../support/wsc.ts'

let place: SettlementPlace
const COINS = 3
beforeAll(async () => {
  place = await SettlementPlace.make(COINS)
})
afterAll(() => place.remove())

let paid = 0
let inscribed = 0
const took = ({ fees, inscriptions }: { fees: number; inscriptions: readonly unknown[] }) => {
  paid += fees
  inscribed += inscriptions.length
}

test('a body is inscribed, found, and given back', async () => {
  const file = await place.put('hello.txt', 'hello')
  const argv = ['--body', file, '--content-type', 'text/plain']
  const dry = await place.json('inscribe', ...argv, '--dry-run')
  expect(dry).toMatchObject({ feeRate: 1, commitVsize: 154, revealVsizes: [135], fees: 289, postage: 330 })
  expect(await place.inscriptions()).toEqual([])

  const job = await place.inscribe(...argv)
  took(job)
  expect(job).toMatchObject({ status: 'sent', fees: 289, inscriptions: [{ confirmations: 1 }] })
  const { id } = job.inscriptions[0]!
  expect((await place.inscriptions()).map((one) => one.id)).toEqual([id])
  expect(await place.list()).toMatchObject([
    { id, contentType: 'text/plain', bodyLength: 5, error: null, record: null, confirmations: 1, final: false },
  ])
  const out = place.file('back')
  expect(await place.json('inscriptions', 'show', id, '--out', out)).toMatchObject({ id })
  expect(await readFile(out, 'utf8')).toBe('hello')

  // The same command again goes on with what is there.
  expect((await place.inscribe(...argv)).inscriptions[0]?.id).toBe(id)
  expect(await place.inscriptions()).toHaveLength(1)
})

test('any JSON object is inscribed as it is, in the bytes that ord writes', async () => {
  const metadata = '{"__proto__":{"x":1},"f":1.5,"i":9007199254740993,"n":-0,"y":2}'
  const job = await place.inscribe('--body', await place.put('json', 'json'), '--metadata', metadata)
  took(job)
  const found = (await place.inscriptions()).find(({ id }) => id === job.inscriptions[0]?.id)
  expect(Buffer.from(found?.envelope.metadata ?? []).toString('hex')).toBe(
    'a56166f93e0061691b0020000000000001616ef98000617902695f5f70726f746f5f5fa1617801',
  )
})

test('a record with a proof of 256 bytes: at most 300 vB and 160 vB', async () => {
  const file = await place.put('proof', new Uint8Array(256).fill(7))
  const argv = ['--body', file, '--metadata', recordMetadata(1)]
  const cost = (await place.json('inscribe', ...argv, '--dry-run')) as { commitVsize: number; revealVsizes: number[] }
  console.log(`a record with a proof of 256 bytes: commit ${cost.commitVsize} vB, reveal ${cost.revealVsizes[0]} vB`)
  expect(cost.commitVsize).toBeLessThanOrEqual(160)
  expect(cost.revealVsizes[0]).toBeLessThanOrEqual(300)
  took(await place.inscribe(...argv))
  const [entry] = await place.list('--records')
  expect(entry).toMatchObject({ metaprotocol: 'wsc', error: null, recordReject: null, bodyLength: 256 })
  expect(entry?.record).toMatchObject({ kind: 'result', seq: 1, counts: true, height: 5, blockHash: 'cd'.repeat(32) })
})

test('a batch: several records, one commit; seq decides which count', async () => {
  const batch = []
  for (const [i, seq] of [2, 3, 3, 1].entries()) {
    batch.push({ body: await place.put(`batch-${i}`, `body ${i}`), metadata: JSON.parse(recordMetadata(seq)) })
  }
  const job = await place.inscribe('--batch', await place.put('batch.json', JSON.stringify(batch)))
  took(job)
  expect(job.inscriptions).toHaveLength(4)
  const entries = (await place.list('--program', 'ab'.repeat(32))).slice(1)
  expect(entries.map(({ error, record }) => [error, record?.seq, record?.counts])).toEqual([
    [null, 2, true],
    [null, 3, true],
    [null, 3, false],
    [null, 1, false],
  ])
})

test('the largest body, and one byte more', async () => {
  took(await place.inscribe('--body', await place.put('large', new Uint8Array(390_000)), '--fee-rate', '1'))
  expect((await place.list()).at(-1)).toMatchObject({ bodyLength: 390_000, error: null })
  const { exit, stderr } = await place.run('inscribe', '--body', await place.put('larger', new Uint8Array(390_001)))
  expect([exit, stderr]).toEqual([2, expect.stringContaining('longer than 390000 bytes')])
})

test('what is wrong is named, and nothing is spent', async () => {
  const file = await place.put('x', 'x')
  const cases: [string[], string][] = [
    [['--body', file, '--fee-rate', '201'], 'E_FEE_CAP'],
    [['--body', file, '--fee-rate', '50', '--max-fee-rate', '49'], 'E_FEE_CAP'],
    [['--body', file, '--fee-rate', '0'], 'not a fee rate'],
    [['--body', place.file('none')], 'E_USAGE'],
    [[], 'give either --body FILE or --batch FILE'],
    [['--body', file, '--metadata', '{'], 'no JSON'],
    [['--body', file, '--metadata', '[]'], 'must be a JSON object'],
    [['--body', file, '--metadata', '{"a":1e400}'], 'inexact-number'],
    [['--body', file, '--metadata', '{"a":1,"a":2}'], 'duplicate-key'],
    [['--body', file, '--metadata', '{"a":"\\ud800"}'], 'lone-surrogate'],
    [['--body', file, '--metadata', '{"a":"\ufffd"}'], 'U+FFFD'],
    [['--body', file, '--metadata', '{"kind":"result"}'], 'no record of wsc'],
    [['--body', file, '--content-type', ''], 'a content type has'],
    [['--body', file, '--wallet', place.file('no-wallet')], 'E_WALLET_FILE'],
    [['--body', file, '--network', 'signet'], 'E_WALLET'],
    [['bump', 'ab'.repeat(32), '--fee-rate', '9'], 'E_JOB'],
  ]
  for (const [argv, text] of cases) {
    const { exit, stdout, stderr } = await place.run('inscribe', ...argv)
    expect([argv, exit, stdout, stderr]).toEqual([argv, 2, '', expect.stringContaining(text)])
  }
  const empty = ['--wallet', place.file('empty.json')]
  await place.json('wallet', 'create', ...empty)
  const { exit, stderr } = await place.run('inscribe', '--body', file, ...empty)
  expect([exit, stderr]).toEqual([2, expect.stringMatching(/the wallet has 0 satoshis.*E_FUNDS/)])
})

test('a wallet that is locked, or of another network, is refused by its code', async () => {
  const body = ['inscribe', '--body', await place.put('x', 'x')]
  const locked = ['--wallet', place.file('locked.json')]
  const env = { ...place.env, WSC_WALLET_PASSPHRASE: 'secret' }
  expect((await runWsc(['wallet', 'create', ...locked], env)).exit).toBe(0)
  const signet = ['--wallet', place.file('signet.json')]
  expect((await place.run('wallet', 'create', '--network', 'signet', ...signet)).exit).toBe(0)
  const wrong = { ...env, WSC_WALLET_PASSPHRASE: 'wrong' }
  for (const [argv, by, code] of [
    [[...body, ...locked], place.env, 'E_WALLET_LOCKED'],
    [[...body, ...locked], wrong, 'E_WALLET_LOCKED'],
    [[...body, ...signet], place.env, 'E_WALLET_NETWORK'],
    [['inscribe', 'resume', ...signet], place.env, 'E_WALLET_NETWORK'],
  ] as const) {
    const { exit, stdout, stderr } = await runWsc(argv, by)
    expect([argv, exit, stdout, stderr]).toEqual([argv, 2, '', expect.stringMatching(new RegExp(`\\b${code}\\b`))])
  }
  // Unlocked, it is only empty.
  expect((await runWsc([...body, ...locked], env)).stderr).toContain('E_FUNDS')
})

test('no satoshi is lost: what was there is there, or was paid', async () => {
  const { spendable, onInscriptions, immature } = await place.balance()
  expect(immature).toBe(0)
  expect(onInscriptions).toBe(330 * inscribed)
  expect(spendable + onInscriptions + paid).toBe(SettlementPlace.worth(COINS))
})

test('after six confirmations it is final', async () => {
  await place.node.mine(6)
  for (const job of (await place.run('inscribe', 'resume', '--json')).stdout.trimEnd().split('\n')) {
    expect(JSON.parse(job)).toMatchObject({ status: 'final' })
  }
  expect((await place.run('inscribe', 'resume', '--json')).stdout).toBe('')
  expect((await place.list()).every(({ final }) => final)).toBe(true)
})

test('watch tells of what is found, and of what leaves the chain', async () => {
  const watch = place.start('inscriptions', 'watch', '--json', '--settlement-dir', place.file('watched'))
  const job = await place.inscribe('--body', await place.put('watched.txt', 'watched'))
  const { id } = job.inscriptions[0]!
  expect(JSON.parse(await watch.line(id))).toMatchObject({ event: 'connected', id, confirmations: 1 })
  await place.node.reorg(1, 2)
  expect(JSON.parse(await watch.line(id))).toMatchObject({ event: 'disconnected', id, confirmations: 0, final: false })
  expect((await place.run('inscribe', 'resume')).stdout).toContain(`${id}  1 confirmation`)
  expect(JSON.parse(await watch.line(id))).toMatchObject({ event: 'connected', id })
  watch.child.kill('SIGINT')
  expect((await watch.done).exit).toBe(130)
})

test('an index begins where it is told to, and stays with that', async () => {
  const dir = ['--settlement-dir', place.file('late')]
  const list = (start: number) => place.run('inscriptions', 'list', ...dir, '--start-height', String(start))
  expect(await list(9999)).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_NODE_BEHIND') })
  expect(await list(50)).toMatchObject({ exit: 0 })
  expect(await list(40)).toMatchObject({ exit: 2, stderr: expect.stringContaining('this index begins at 50') })
  expect(await place.run('inscriptions', 'list', ...dir, '--limit', '1')).toMatchObject({ exit: 0 })
})

test('a key is imported from a private file, and from no other', async () => {
  const key = await place.put('key', `${'07'.repeat(32)}\n`)
  const argv = ['wallet', 'import', '--key-file', key, '--wallet', place.file('imported.json')]
  const { exit, stderr } = await place.run(...argv)
  expect([exit, stderr]).toEqual([2, expect.stringContaining('E_WALLET_MODE')])
  await chmod(key, 0o600)
  const { address } = new Wallet(regtest, new Uint8Array(32).fill(7))
  expect(await place.json(...argv)).toEqual({ file: place.file('imported.json'), address })
  expect(await place.json('wallet', 'address', '--wallet', place.file('imported.json'))).toMatchObject({ address })
})
