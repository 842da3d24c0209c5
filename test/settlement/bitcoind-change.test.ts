import { expect, it } from 'vitest'
import { BitcoindError, type RpcCall } from '../../src/bitcoin/io/index.ts'
import { changeOf } from '../../src/settlement/io/inscriber/bitcoind-change.ts'

const both = (desc: string) => [
  { desc, active: true, internal: false },
  { desc, active: true, internal: true },
]
const wpkh = "wpkh([d34db33f/84'/0'/0']xpub/1/*)#aaaaaaaa"
const tr = "tr([d34db33f/86'/0'/0']xpub/1/*)#aaaaaaaa"
const nested = "sh(wpkh([d34db33f/49'/0'/0']xpub/1/*))#aaaaaaaa"
const pkh = "pkh([d34db33f/44'/0'/0']xpub/1/*)#aaaaaaaa"

const asking = (descriptors: unknown) => {
  const asked: unknown[] = []
  const ask = async <T>({ method, params, schema }: RpcCall<T>): Promise<T> => {
    if (method === 'listdescriptors' && descriptors instanceof Error) throw descriptors
    asked.push([method, ...(params ?? [])])
    return schema.parse(method === 'listdescriptors' ? { wallet_name: 'w', descriptors } : 'address')
  }
  return { ask, asked }
}

it.each<[string, unknown, object]>([
  ['all kinds, as Bitcoin Core makes it', [pkh, nested, tr, wpkh].flatMap(both), { change_type: 'bech32' }],
  ['taproot alone, as ord makes it', both(tr), { change_type: 'bech32m' }],
  ['P2SH alone', both(nested), { change_type: 'p2sh-segwit' }],
  ['many keys in a script', both('wsh(multi(2,xpub/1/*,xpub/1/*))'), { change_type: 'bech32' }],
  ['many keys behind P2SH', both('sh(wsh(multi(2,xpub/1/*,xpub/1/*)))'), { change_type: 'p2sh-segwit' }],
  ['no segwit', both(pkh), { change_type: 'legacy' }],
  ['taproot for change alone', [...both(wpkh).slice(0, 1), ...both(tr).slice(1)], { change_type: 'bech32m' }],
  ['keys that are not in use', [{ desc: wpkh, active: false }, ...both(tr)], { change_type: 'bech32m' }],
  ['nothing that gives addresses', [{ desc: tr, active: false }], {}],
  ['nothing', [], {}],
  [
    'keys, of the time before descriptors',
    new BitcoindError('E_NODE_RPC', 'not available', { rpcCode: -4 }),
    { change_type: 'bech32' },
  ],
])('a wallet with %s takes change where it can', async (_, descriptors, options) => {
  const { ask, asked } = asking(descriptors)
  expect(await changeOf(ask)).toEqual(options)
  expect(asked.length).toBeLessThan(2)
})

it('a wallet without addresses for change takes it at one of its others', async () => {
  const { ask, asked } = asking(both(tr).slice(0, 1))
  expect(await changeOf(ask)).toEqual({ changeAddress: 'address' })
  expect(asked).toEqual([['listdescriptors'], ['getnewaddress', '', 'bech32m']])
})

it('what else the node refuses is told', async () => {
  const { ask } = asking(new BitcoindError('E_NODE_RPC', 'no such wallet', { rpcCode: -18 }))
  await expect(changeOf(ask)).rejects.toMatchObject({ rpcCode: -18 })
})
