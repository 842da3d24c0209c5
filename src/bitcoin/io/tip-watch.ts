import { delay } from '../../lib/index.ts'
import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import type { BitcoindClient } from './client.ts'
import { BitcoindError } from './errors.ts'
import { type Tip, tipSchema } from './schemas.ts'

/** Core: rpc/protocol.h */
const RPC_MISC_ERROR = -1
const RPC_INVALID_PARAMETER = -8
const RPC_METHOD_NOT_FOUND = -32601

/** How long one request may wait at the node; shorter than the idle limits of usual proxies. */
const WAIT_MS = 20_000
/** Without `current_tip` a block can slip in just before the request, so no such wait is longer than this. */
const BLIND_WAIT_MS = 2_000
/** Time for the answer's way back. */
const MARGIN_MS = 10_000

/**
 * How the node can be made to tell of a new tip, best first:
 * `current-tip`: `waitfornewblock` that returns at once if the tip is another already (Core 30, Knots 29);
 * `blind`: the same without that argument; `poll`: ask now and then (the method is hidden or not allowed).
 */
type WatchMode = 'current-tip' | 'blind' | 'poll'

/** Waits until the node's tip may be another than the given one; false alarms are allowed, misses are not. */
export class TipWatch {
  readonly #client: Pick<BitcoindClient, 'call'>
  readonly #pollMs: number
  #mode: WatchMode = 'current-tip'
  /** The tip that the last answer named. */
  #named: BlockHash | undefined
  /** The tip that was given when the last answer named another; given again, that was a false alarm. */
  #alarmed: BlockHash | undefined

  constructor(client: Pick<BitcoindClient, 'call'>, pollMs: number) {
    this.#client = client
    this.#pollMs = pollMs
  }

  async changed(tip: Tip, signal?: AbortSignal): Promise<void> {
    if (this.#mode === 'poll') return await delay(this.#pollMs, signal)
    const blind = this.#mode === 'blind'
    const waitMs = blind ? BLIND_WAIT_MS : WAIT_MS
    const params = blind ? [waitMs] : [waitMs, toDisplay(tip.hash)]
    const options = { signal, timeoutMs: waitMs + MARGIN_MS, patienceMs: 0 }
    const asked = performance.now()
    try {
      const { hash } = await this.#client.call({ method: 'waitfornewblock', params, schema: tipSchema }, options)
      const known = sameHash(hash, tip.hash) || (this.#named !== undefined && sameHash(hash, this.#named))
      // A node that names another hash each time would be asked without a pause.
      const again = this.#alarmed !== undefined && sameHash(tip.hash, this.#alarmed)
      this.#named = hash
      this.#alarmed = known ? undefined : tip.hash
      // No news, and at once: a proxy in between does not wait, or answers by what it remembers.
      const early = this.#pollMs - (performance.now() - asked)
      if ((known || again) && early > 0) await delay(early, signal)
    } catch (error) {
      this.#mode = lesserMode(this.#mode, error)
    }
  }
}

/** The next way to try after a refusal; any other error is passed on. */
function lesserMode(mode: WatchMode, error: unknown): WatchMode {
  if (!(error instanceof BitcoindError)) throw error
  // A whitelist refuses with 403; nodes without the method do not know it.
  if (error.code === 'E_NODE_AUTH' || error.rpcCode === RPC_METHOD_NOT_FOUND) return 'poll'
  // Too many arguments: the help text comes back as a miscellaneous error.
  if (error.rpcCode === RPC_MISC_ERROR || error.rpcCode === RPC_INVALID_PARAMETER) {
    return mode === 'current-tip' ? 'blind' : 'poll'
  }
  throw error
}
