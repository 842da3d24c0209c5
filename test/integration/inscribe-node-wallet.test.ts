import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { CoreWallet } from '../support/core-wallet.ts'
import { inscribeTo } from '../support/foreign-inscription.ts'
import { SettlementPlace } from '../support/settlement-place.ts'

/** A wallet of the node pays for commits; that of the file has not one coin. */
let place: SettlementPlace
let savings: CoreWallet
beforeAll(async () => {
  place = await SettlementPlace.make(0, { wallet: true })
  // Any name that a wallet of the node may have.
  savings = await CoreWallet.create(place.node, 'my savings/2', { coins: 2 })
})
afterAll(() => place.remove())

const from = ({ name }: { name: string }) => ['--fund-from', name]

test('the node’s wallet pays and takes the change; inscriptions go to the wallet file', async () => {
  const before = await savings.worth()
  const argv = ['--body', await place.put('one', 'one'), ...from(savings)]
  const dry = (await place.json('inscribe', ...argv, '--dry-run')) as { fees: number }
  expect([await savings.worth(), await savings.locked()]).toEqual([before, []])
  const job = await place.inscribe(...argv)
  expect(job).toMatchObject({ status: 'sent', fees: dry.fees, inscriptions: [{ confirmations: 1 }] })
  expect((await place.inscribe(...argv)).inscriptions[0]?.id).toBe(job.inscriptions[0]?.id)
  expect((await place.inscriptions()).map(({ id }) => id)).toEqual([job.inscriptions[0]?.id])
  expect(await place.balance()).toEqual({ spendable: 0, onInscriptions: 330, undetermined: 0, immature: 0 })
  expect((await savings.worth()) + BigInt(job.fees) + 330n).toBe(before)
})

test('a batch too, with one output a reveal at its place', async () => {
  const before = await savings.worth()
  const batch = await Promise.all([...'abcdefgh'].map(async (name) => ({ body: await place.put(name, name) })))
  const argv = [
    '--batch',
    await place.put('batch.json', JSON.stringify(batch)),
    '--fee-rate',
    '3.1234',
    ...from(savings),
  ]
  const malformed = await place.run('inscribe', ...argv)
  expect([malformed.exit, malformed.stderr]).toEqual([2, expect.stringContaining('not a fee rate')])
  const job = await place.inscribe(...argv.with(3, '3.123'))
  expect(job.inscriptions).toHaveLength(8)
  expect((await savings.worth()) + BigInt(job.fees) + 8n * 330n).toBe(before)
  expect(await savings.locked()).toEqual([])
})

test('what stands in the way is named with its cure, and nothing is spent', async () => {
  const { node } = place
  const empty = await CoreWallet.create(node, 'empty')
  const locked = await CoreWallet.create(node, 'locked', { coins: 1, passphrase: 'secret' })
  const legacy = await CoreWallet.create(node, 'legacy', { coins: 1, addresses: 'legacy' })
  const watching = await CoreWallet.watch(node, 'watching', savings)
  const unloaded = await CoreWallet.create(node, 'unloaded', { coins: 1 })
  await unloaded.call('unloadwallet', [], z.unknown())
  const body = ['--body', await place.put('x', 'x')]
  const inscribed = (await place.inscriptions()).length
  const cases: [string[], RegExp][] = [
    [from(empty), /"empty" has too few confirmed coins.*-rpcwallet="empty" getnewaddress.*E_FUNDS/],
    [from(locked), /"locked" is locked.*walletpassphrase.*E_NODE_WALLET_LOCKED/],
    [from(legacy), /a coin without segwit.*getnewaddress "" bech32.*E_NODE_WALLET_LEGACY/],
    [from(watching), /"watching" cannot sign what it spends.*E_NODE_WALLET/],
    [from(unloaded), /no wallet "unloaded" loaded.*loadwallet "unloaded".*E_NODE_WALLET/],
    [from({ name: 'never made' }), /no wallet "never made" loaded.*E_NODE_WALLET/],
    [[...from(savings), '--fee-rate', '201'], /E_FEE_CAP/],
  ]
  for (const [argv, text] of cases) {
    const { exit, stdout, stderr } = await place.run('inscribe', ...body, ...argv)
    expect([argv, exit, stdout, stderr]).toEqual([argv, 2, '', expect.stringMatching(text)])
  }
  expect(await place.inscriptions()).toHaveLength(inscribed)
  for (const wallet of [empty, locked, legacy, savings]) expect(await wallet.locked()).toEqual([])

  await locked.call('walletpassphrase', ['secret', 600], z.null())
  expect((await place.inscribe(...body, ...from(locked))).status).toBe('sent')
  const change = await legacy.call('getnewaddress', ['', 'bech32'], z.string())
  await legacy.call('sendall', [[change], null, 'unset', 2], z.unknown())
  await node.mine(1)
  const again = ['--body', await place.put('y', 'y'), ...from(legacy)]
  expect((await place.inscribe(...again)).status).toBe('sent')
})

test('coins behind P2SH are segwit too', async () => {
  const nested = await CoreWallet.create(place.node, 'nested', { coins: 1, addresses: 'p2sh-segwit' })
  const job = await place.inscribe('--body', await place.put('z', 'z'), ...from(nested))
  expect(job.inscriptions).toMatchObject([{ confirmations: 1 }])
})

test.each([
  ['taproot alone, as ord makes it', 'bech32m', /^tr\(/],
  ['P2SH alone', 'p2sh-segwit', /^sh\(wpkh\(/],
] as const)('a wallet whose descriptors are %s takes its change there', async (name, addresses, kind) => {
  const only = await CoreWallet.only(place.node, name, kind, addresses)
  const before = await only.worth()
  const job = await place.inscribe('--body', await place.put(name, name), ...from(only))
  expect((await only.worth()) + BigInt(job.fees) + 330n).toBe(before)
})

test('coins that carry an inscription of anyone pay neither from the node’s wallet nor from the wallet file', async () => {
  const { node } = place
  const ord = await CoreWallet.only(node, 'ord', /^tr\(/, 'bech32m')
  // ord's postage, revealed to an address of that wallet, and nothing else left.
  const address = await ord.call('getnewaddress', ['', 'bech32m'], z.string())
  await inscribeTo(node, ord, address)
  const body = ['--body', await place.put('payer', 'payer')]
  const refused = await place.run('inscribe', ...body, ...from(ord))
  expect([refused.exit, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/10000 satoshis are on coins that carry inscriptions.*--allow-inscribed.*E_FUNDS/),
  ])
  expect(await ord.locked()).toEqual([])
  const allowed = await place.inscribe(...body, ...from(ord), '--allow-inscribed')
  expect(allowed.inscriptions).toMatchObject([{ confirmations: 1 }])

  const mine = await CoreWallet.only(node, 'mine', /^tr\(/, 'bech32m')
  const before = await place.balance()
  await inscribeTo(node, mine, place.address)
  expect(await place.balance()).toEqual({ ...before, onInscriptions: before.onInscriptions + 10_000 })
  const own = ['--body', await place.put('own', 'own')]
  const poor = await place.run('inscribe', ...own)
  expect([poor.exit, poor.stderr]).toEqual([2, expect.stringMatching(/10000 satoshis.*inscriptions.*E_FUNDS/)])
})

test('a node without wallets says so', async () => {
  await using node = await RegtestBitcoind.start()
  const reach = ['--rpc', node.url, '--rpc-cookie', node.auth.file]
  const { exit, stderr } = await place.run(
    'inscribe',
    '--body',
    place.file('x'),
    ...from(savings),
    '--dry-run',
    ...reach,
  )
  expect([exit, stderr]).toEqual([2, expect.stringMatching(/runs without wallets.*E_NODE_WALLET/)])
})
