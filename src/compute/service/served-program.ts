import type { BlockHash } from '../../bitcoin/index.ts'
import type { Result } from '../../lib/index.ts'
import type { ProofRequest } from '../peers/request-kind.ts'
import type { ResultMessage } from '../peers/result-message.ts'
import { dueHeight, type Pace } from '../scheduling/pace.ts'

/** A block of the chain that this node follows itself. */
export interface OwnBlock {
  readonly height: number
  readonly hash: BlockHash
  /** What the bus's history commits to after it. */
  readonly accumulator: bigint
}

/** By what results are judged: this node's own chain, and nothing that a peer says of it. */
export interface OwnGround {
  /** That the result is about. */
  readonly block: OwnBlock
  /** Null where the chain has no such block yet. */
  at(height: number): Promise<OwnBlock | null>
}

/** What is to be proved on request, once it is known that it can be. */
export interface PreparedRequest {
  /** Of the result that it will have, 64 hex digits. */
  readonly identity: string
  /** That the result will be about. */
  readonly block: OwnBlock
  /** Ends by throwing as soon as the signal fires. */
  prove(signal: AbortSignal): Promise<ResultMessage>
}

/** How a program is proved on request. */
export interface OnRequest {
  readonly proofSystem: ProofRequest['proofSystem']
  readonly constraints: number
  /** Judges what is asked: `tip` is the chain's last block. Throws where the signal fires while blocks are read. */
  prepare(
    asked: Pick<ProofRequest, 'arguments' | 'evidence'>,
    chain: Pick<OwnGround, 'at'> & { readonly tip: OwnBlock; readonly signal?: AbortSignal | undefined },
  ): Promise<Result<{ readonly prepared: PreparedRequest }>>
}

/** The height of the newest result that is due by itself, once the chain is as high as this; null where none is. */
export async function dueAt({ pace, lastEvent }: Pick<ServedProgram, 'pace' | 'lastEvent'>, tip: number) {
  return pace === null ? ((await lastEvent?.(tip)) ?? null) : dueHeight(pace, tip)
}

/** A program as a node of the network takes part in it. */
export interface ServedProgram {
  /** 64 hex digits. */
  readonly id: string
  readonly name: string
  /** When it is proved by itself; null where that is on events, or on request alone. */
  readonly pace: Pace | null
  /** Height of the last event up to a block; null before the first. Absent unless events make it due. */
  lastEvent?(to: number): Promise<number | null>
  /** Null where it is not proved on request. */
  readonly onRequest: OnRequest | null
  /** Of a result as it says itself, 64 hex digits; what it says is not judged. */
  identityOf(message: ResultMessage): string
  /** Whether the result is right, proof and all. Throws only what is no fault of whoever gave it. */
  judge(message: ResultMessage, ground: OwnGround): Promise<Result<object>>
  /**
   * Runs and proves it at a block; ends by throwing as soon as the signal fires. Null where there is nothing to prove: its
   * condition does not hold there, for one.
   */
  prove(block: OwnBlock, signal: AbortSignal): Promise<ResultMessage | null>
}
