import type { NetworkParams } from '../bitcoin/index.ts'
import { BitcoindClient, type BitcoindError, isTransient, outageOf, resolveAuth } from '../bitcoin/io/index.ts'
import { bitcoindSource, type HeaderSource } from '../bus/io/index.ts'
import { retry } from '../lib/index.ts'
import type { CliContext } from './context.ts'
import { UsageError } from './exit.ts'
import { outageText } from './outage.ts'

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
  if (url === undefined) throw new UsageError(`${params.name} has no usual RPC port: give --rpc URL`)
  const auth = await resolveAuth({ cookieFile: options.rpcCookie, env, network: params.name })
  const client = new BitcoindClient({ url, auth })
  try {
    await client.assertNetwork(params, { signal })
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

const RETRY_MS = 1000

/** Headers of a node that may restart meanwhile: asked again until it answers, or the signal ends it. */
export function patientSource(client: BitcoindClient, context: CliContext): HeaderSource {
  const source = bitcoindSource(client)
  const patiently = <T>(ask: () => Promise<T>): Promise<T> =>
    retry(ask, {
      isTransient,
      firstMs: RETRY_MS,
      mostMs: RETRY_MS,
      signal: context.signal,
      onPause(error, failures) {
        const state = outageOf(error) ?? 'silent'
        if (failures === 1) context.terminal.note(outageText({ state, error: error as BitcoindError }))
      },
    })
  return {
    fixed: source.fixed,
    tipHeight: (signal) => patiently(() => source.tipHeight(signal)),
    headers: (from, count, signal) => patiently(() => source.headers(from, count, signal)),
    hashAt: (height, signal) => patiently(() => source.hashAt(height, signal)),
  }
}
