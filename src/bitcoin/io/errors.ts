import { WscError, type WscErrorOptions } from '../../lib/index.ts'

/**
 * Why a node could not be asked. Each message names the cause; the `cure`, where there is one, what to do.
 *
 * | code | meaning |
 * |---|---|
 * | E_NODE_UNREACHABLE | nothing listens there, the name does not resolve, or a proxy found no node behind it |
 * | E_NODE_TIMEOUT | connected, but no complete answer in time |
 * | E_NODE_GARBAGE | an answer that no Bitcoin node gives: not JSON, wrong types, too long, headers that do not link |
 * | E_NODE_AUTH | credentials missing or refused, or the method not allowed to this user |
 * | E_NODE_RPC | a proper error of the called method; `rpcCode` is Core's number (rpc/protocol.h) |
 * | E_NODE_WARMUP | the node is starting up and will answer later |
 * | E_NODE_BUSY | it, or a proxy before it, takes no more requests for now, and has done nothing of this one |
 * | E_NODE_BEHIND | the node has not yet reached the block it is asked to continue from, or what it is asked about |
 * | E_NODE_RESET | its chain was begun anew, and is another than the one it is asked to continue |
 * | E_NODE_PRUNED | it has deleted that block, and keeps later ones only |
 * | E_NODE_UNKNOWN_BLOCK | the node's chain is past that height and it has never seen that block |
 * | E_NODE_WRONG_NETWORK | a node, but of another network |
 */
export type BitcoindErrorCode =
  | 'E_NODE_UNREACHABLE'
  | 'E_NODE_TIMEOUT'
  | 'E_NODE_GARBAGE'
  | 'E_NODE_AUTH'
  | 'E_NODE_RPC'
  | 'E_NODE_WARMUP'
  | 'E_NODE_BUSY'
  | 'E_NODE_BEHIND'
  | 'E_NODE_RESET'
  | 'E_NODE_PRUNED'
  | 'E_NODE_UNKNOWN_BLOCK'
  | 'E_NODE_WRONG_NETWORK'

/** What an error of bitcoind tells beside its message. */
export interface BitcoindErrorOptions extends WscErrorOptions {
  readonly rpcCode?: number
  readonly askedMs?: number | undefined
}

/** A class of its own, since it carries more than a code: Core's number, and how long the node asks to be left alone. */
export class BitcoindError extends WscError<BitcoindErrorCode> {
  /** Core's own error number, where the node gave one. */
  readonly rpcCode: number | undefined
  /** After so many milliseconds it is to be asked again, where it said so (Retry-After). */
  readonly askedMs: number | undefined

  constructor(code: BitcoindErrorCode, message: string, options: BitcoindErrorOptions = {}) {
    const { rpcCode, askedMs, ...rest } = options
    super(code, message, rest)
    this.name = 'BitcoindError'
    this.rpcCode = rpcCode
    this.askedMs = askedMs
  }
}

/**
 * Why a node is of no use for now: `silent`, it gives no answer; `starting`; `busy`, it takes no more requests; `behind`,
 * it answers, and has yet to reach a block that is asked about.
 */
export type OutageState = 'silent' | 'starting' | 'busy' | 'behind'

const OUTAGES: Readonly<Partial<Record<BitcoindErrorCode, OutageState>>> = {
  E_NODE_UNREACHABLE: 'silent',
  E_NODE_TIMEOUT: 'silent',
  E_NODE_WARMUP: 'starting',
  E_NODE_BUSY: 'busy',
  E_NODE_BEHIND: 'behind',
}

/** What may pass without anybody changing a setting; undefined for every other error. */
export function outageOf(error: unknown): OutageState | undefined {
  return error instanceof BitcoindError ? OUTAGES[error.code] : undefined
}

/** True where asking again later may succeed without anybody changing a setting. */
export function isTransient(error: unknown): error is BitcoindError {
  return outageOf(error) !== undefined
}

/** True where the node has said that nothing was done and that it is to be asked later. */
export function saysNotNow(error: unknown): boolean {
  const state = outageOf(error)
  return state === 'starting' || state === 'busy'
}
