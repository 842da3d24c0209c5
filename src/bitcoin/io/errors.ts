/**
 * Why a node could not be asked. Each message names the cause and its cure.
 *
 * | code | meaning |
 * |---|---|
 * | E_NODE_UNREACHABLE | nothing listens there, the name does not resolve, or a proxy found no node behind it |
 * | E_NODE_TIMEOUT | connected, but no complete answer in time |
 * | E_NODE_GARBAGE | an answer that no Bitcoin node gives: not JSON, wrong types, too long, headers that do not link |
 * | E_NODE_AUTH | credentials missing or refused, or the method not allowed to this user |
 * | E_NODE_RPC | a proper error of the called method; `rpcCode` is Core's number (rpc/protocol.h) |
 * | E_NODE_WARMUP | the node is starting up and will answer later |
 * | E_NODE_BUSY | the node's work queue is full |
 * | E_NODE_BEHIND | the node has not yet reached the block it is asked to continue from, or what it is asked about |
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
  | 'E_NODE_UNKNOWN_BLOCK'
  | 'E_NODE_WRONG_NETWORK'

export interface BitcoindErrorOptions extends ErrorOptions {
  rpcCode?: number
}

export class BitcoindError extends Error {
  readonly code: BitcoindErrorCode
  /** Core's own error number, where the node gave one. */
  readonly rpcCode: number | undefined

  constructor(code: BitcoindErrorCode, message: string, options: BitcoindErrorOptions = {}) {
    const { rpcCode, ...rest } = options
    super(message, rest)
    this.name = 'BitcoindError'
    this.code = code
    this.rpcCode = rpcCode
  }
}

const TRANSIENT: ReadonlySet<BitcoindErrorCode> = new Set([
  'E_NODE_UNREACHABLE',
  'E_NODE_TIMEOUT',
  'E_NODE_WARMUP',
  'E_NODE_BUSY',
  'E_NODE_BEHIND',
])

/** True where asking again later may succeed without anybody changing a setting. */
export function isTransient(error: unknown): error is BitcoindError {
  return error instanceof BitcoindError && TRANSIENT.has(error.code)
}
