import type { BlockHash } from '../../../bitcoin/index.ts'
import type { RpcCall, RpcOptions } from '../../../bitcoin/io/index.ts'

/** What inscribing asks of a bitcoind; a `BitcoindClient` is one. */
export interface BitcoindCalls {
  /** Any method of its RPC; the answer has to fit the schema. Throws a BitcoindError. */
  call<T>(call: RpcCall<T>, options?: RpcOptions): Promise<T>
  /** Many in one request, answered in their order. */
  batch<T>(calls: readonly RpcCall<T>[], options?: RpcOptions): Promise<T[]>
  getBlockCount(options?: RpcOptions): Promise<number>
  /** Of the active chain; undefined above its tip. */
  getBlockHash(height: number, options?: RpcOptions): Promise<BlockHash | undefined>
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}
