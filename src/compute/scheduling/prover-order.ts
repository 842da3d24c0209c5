import { sha256 } from '@noble/hashes/sha2.js'
import type { BlockHash } from '../../bitcoin/index.ts'
import { bytesToHex, concatBytes, hexToBytes } from '../../lib/index.ts'

const TAG = sha256(new TextEncoder().encode('wsc/prover-order'))

/** What is to be proved at a block. */
export interface Election {
  readonly blockHash: BlockHash
  /** Id of the program, 64 hex digits. */
  readonly program: string
}

/**
 * The order in which peers prove a program at a block: by SHA-256(tag ‖ tag ‖ block hash ‖ program ‖ peer key), the lowest first.
 * Whoever knows the same candidates has the same order, and nobody knows it before the block.
 *
 * @param candidates Ed25519 keys of peers, 64 hex digits each; one that is there twice counts once
 */
export function proverOrder({ blockHash, program }: Election, candidates: Iterable<string>): string[] {
  const drawn = [...new Set(candidates)].map((peer) => {
    const digest = sha256(concatBytes(TAG, TAG, blockHash, hexToBytes(program), hexToBytes(peer)))
    return { peer, draw: bytesToHex(digest) }
  })
  return drawn.sort((a, b) => (a.draw < b.draw ? -1 : 1)).map(({ peer }) => peer)
}
