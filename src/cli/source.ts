import type { NetworkParams } from '../bitcoin/index.ts'
import { type BitcoindClient, connectBitcoind, resolveAuth } from '../bitcoin/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'

export interface RpcOptions {
  readonly rpc?: string
  readonly rpcCookie?: string
}

/** A client of the node, after it said that it is on this network. */
export async function openBitcoind(
  options: RpcOptions,
  params: NetworkParams,
  context: CliContext,
): Promise<BitcoindClient> {
  const { env, signal } = context
  const url = options.rpc ?? (params.rpcPort === undefined ? undefined : `http://127.0.0.1:${params.rpcPort}`)
  if (url === undefined) throw usageError(`${params.name} has no usual RPC port: give --rpc URL`)
  const auth = await resolveAuth({ cookieFile: options.rpcCookie, env, network: params.name })
  return await connectBitcoind({ url, auth }, params, signal)
}
