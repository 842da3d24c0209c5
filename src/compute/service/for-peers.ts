import type { Rejection } from '../../lib/index.ts'
import { type MessageReject, messageRejection, type ResultMessage } from '../peers/result-message.ts'

/**
 * Which results of our own peers are given. One whose message is more than they take is kept from them, for they would blame
 * whoever sends it; each of them proves it itself. Every message is measured once: peers ask often, and a long log takes a while.
 */
export class ForPeers {
  readonly #measured = new WeakMap<ResultMessage, Rejection<MessageReject> | null>()

  /** Why they are not given it; null where they are. */
  rejection(message: ResultMessage): Rejection<MessageReject> | null {
    const before = this.#measured.get(message)
    if (before !== undefined) return before
    const measured = messageRejection(message)
    this.#measured.set(message, measured)
    return measured
  }

  has(message: ResultMessage): boolean {
    return this.rejection(message) === null
  }
}
