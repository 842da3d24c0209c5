import { z } from 'zod'
import { BitcoindError, type RpcCall } from '../../../bitcoin/io/index.ts'

/** Core: rpc/protocol.h, RPC_WALLET_ERROR: here, a wallet of the time before descriptors, whose keys do for any type. */
const WALLET_ERROR = -4

/** Kinds of addresses, as Bitcoin Core names them (outputtype.cpp), the ones first that it takes itself first. */
const TYPES = [
  ['bech32', /^w(pkh|sh)\(/],
  ['bech32m', /^tr\(/],
  ['p2sh-segwit', /^sh\(w(pkh|sh)\(/],
  ['legacy', /^(pkh|sh|combo)\(/],
] as const

type AddressType = (typeof TYPES)[number][0]

const descriptorsSchema = z.object({
  descriptors: z.array(z.object({ desc: z.string(), active: z.boolean(), internal: z.boolean().optional() })),
})

export type ChangeOptions = { readonly change_type: AddressType } | { readonly changeAddress: string } | object

/**
 * Where a wallet can take its change, as options of `walletcreatefundedpsbt`: it may have descriptors of one kind alone,
 * taproot (ord's wallets) or P2SH, and none that is for change. Nothing where it has none that gives addresses.
 */
export async function changeOf(ask: <T>(call: RpcCall<T>) => Promise<T>): Promise<ChangeOptions> {
  const descriptors = await descriptorsOf(ask)
  if (descriptors === null) return { change_type: 'bech32' }
  const active = descriptors.filter((one) => one.active)
  const change = typeOf(active.filter(({ internal }) => internal === true))
  if (change !== undefined) return { change_type: change }
  const receiving = typeOf(active)
  if (receiving === undefined) return {}
  const changeAddress = await ask({ method: 'getnewaddress', params: ['', receiving], schema: z.string() })
  return { changeAddress }
}

async function descriptorsOf(ask: <T>(call: RpcCall<T>) => Promise<T>) {
  try {
    return (await ask({ method: 'listdescriptors', schema: descriptorsSchema })).descriptors
  } catch (error) {
    if (error instanceof BitcoindError && error.rpcCode === WALLET_ERROR) return null
    throw error
  }
}

function typeOf(descriptors: readonly { readonly desc: string }[]): AddressType | undefined {
  return TYPES.find(([, pattern]) => descriptors.some(({ desc }) => pattern.test(desc)))?.[0]
}
