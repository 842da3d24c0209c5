import type { PeerName } from '../../../bus/index.ts'
import type { Rejection } from '../../../lib/index.ts'
import type { MessageReject, ResultMessage } from '../../peers/result-message.ts'
import type { AnsweredRequest } from './chain-requests.ts'
import type { Round } from './program-rounds.ts'

/** A result that was found to be right. */
export interface TakenResult {
  readonly program: string
  /** 64 hex digits. */
  readonly identity: string
  readonly message: ResultMessage
  /** Who gave it; null where it was proved here. */
  readonly from: PeerName | null
  /**
   * Proved here because it is due, and in turn: of the block that a node began with it cannot know whether others have done so, and
   * what is not gossiped all others prove too.
   */
  readonly inTurn: boolean
  /** Proved here because a peer or a record asks for it. */
  readonly isAsked: boolean
  /** From when its block was seen here until it was known, milliseconds; null where the block was not seen meanwhile. */
  readonly ms: number | null
}

/** Who asks for what. */
interface Requested {
  readonly request: string
  readonly program: string
  readonly peer: PeerName | null
}

/** What a node of the compute network tells. */
export interface ComputeEvents {
  /** Its programs are served as of this block; so many peers count for it. */
  readonly tip: { readonly height: number; readonly blockHash: string; readonly registered: number }
  /** A registered peer says that it serves these of our programs; told again where they change. */
  readonly serves: { readonly key: string; readonly programs: readonly string[] }
  /** When this node's turn is: `rank` null where it is not in the order. */
  readonly elected: Round & { readonly rank: number | null; readonly ms: number }
  readonly proving: Round
  /** Another was first, or the block left the chain. */
  readonly stopped: Round
  /** There is nothing to prove at this block: the program's condition does not hold there, or nothing that it counts is there. */
  readonly nothing: Round
  /** Of each identity one: proved here, or given by a peer. To be inscribed, kept, built on. */
  readonly result: TakenResult
  /** One that was proved here is more than peers take: it is given to none of them. */
  readonly ungossiped: Rejection<MessageReject> &
    Pick<TakenResult, 'program' | 'identity'> & { readonly height: number }
  /** A peer's result that was not taken. */
  readonly refused: Rejection & { readonly program: string; readonly peer: PeerName }
  /** A proof is asked for that is made here when it is this node's turn: by a peer, or by a record (`peer` null, `request` its inscription). */
  readonly requested: Requested
  /** One that is not made here. */
  readonly unserved: Rejection & Requested
  /** Of a request on Bitcoin the result is known. */
  readonly answered: AnsweredRequest
  /** A request on Bitcoin is over, taken back, or its block left the chain, and no result was known. */
  readonly withdrawn: { readonly request: string; readonly program: string }
  /** A program could not be proved here. */
  readonly failed: Round & { readonly failure: Rejection | Error }
  /** It failed so often in a row that it is not tried for so long. */
  readonly paused: { readonly program: string; readonly failures: number; readonly ms: number }
  /** What else went wrong here. */
  readonly error: Error
}

/** How one program stands here. */
export interface ProgramStanding {
  readonly program: string
  readonly name: string
  /** It is due once in so many blocks; null where it is proved on events or on request. */
  readonly everyBlocks: number | null
  /** Of the last result that is known. */
  readonly height: number | null
  readonly failures: number
  readonly pausedMs: number
  /** Peers that say that they serve it, this node among them. */
  readonly serving: readonly string[]
}
