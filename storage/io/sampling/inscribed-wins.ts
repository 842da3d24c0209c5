import {
  type Block,
  type BlockHash,
  fromDisplay,
  type NetworkParams,
  sameHash,
  toDisplay,
} from '../../../src/bitcoin/index.ts'
import type { BitcoindClient } from '../../../src/bitcoin/io/index.ts'
import { bytesToHex } from '../../../src/lib/index.ts'
import type { ProofVerifier } from '../../../src/proving/index.ts'
import { decodeRecord, scanBlock } from '../../../src/settlement/index.ts'
import { fetchBlock, type IndexService } from '../../../src/settlement/io/index.ts'
import { type SignedRecord, verifyInscribedWin, type WinGround, winClaim } from '../../sampling/judge-win.ts'
import { winId } from '../../sampling/win-id.ts'
import type { SeenWin } from '../../sampling/win-log.ts'
import type { WinStore } from './win-store.ts'

export interface InscribedWinsComponents {
  readonly store: Pick<WinStore, 'log'>
  readonly inscriptions: Pick<IndexService, 'index'>
  readonly client: BitcoindClient
  readonly verifier: Pick<ProofVerifier, 'verify'>
  /** Counts it, once. Never throws. */
  count(win: SeenWin): Promise<void>
}

/** Counts the wins that are inscribed in the chain, where they are in time. */
export class InscribedWins {
  readonly #components: InscribedWinsComponents

  constructor(components: InscribedWinsComponents) {
    this.#components = components
  }

  /** Those in blocks of these heights of the active chain, both inclusive; each block is told of once it is done. */
  async look(
    ground: WinGround,
    from: number,
    to: number,
    looked: (height: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { inscriptions, client } = this.#components
    const { network } = ground.rules.params
    const blocks = new Map<number, string>()
    for await (const { height, blockHash } of inscriptions.index.query({ kind: 'win', from, to })) {
      blocks.set(height, blockHash)
    }
    for (const [height, hash] of [...blocks].sort(([a], [b]) => a - b)) {
      const place = { params: network, height, hash: fromDisplay(hash) }
      for (const signed of recordsOfWins(network, await fetchBlock(client, place, signal))) {
        await this.#take(ground, signed, place)
      }
      looked(height)
    }
  }

  async #take(
    ground: WinGround,
    signed: SignedRecord,
    block: { readonly height: number; readonly hash: BlockHash },
  ): Promise<void> {
    const { store, verifier, count } = this.#components
    const read = winClaim(signed)
    if (!read.ok) return
    const { claim } = read
    const id = bytesToHex(winId(ground.rules.networkHash, claim))
    const before = store.log.win(id)
    if (before !== null && before.inscribed !== null) return
    const verified = await verifyInscribedWin(ground, verifier, signed, block.height)
    // The chain may have moved while it was verified; then it is looked at again.
    const here = ground.hashAt(block.height)
    if (!verified.ok || here === null || !sameHash(here, block.hash)) return
    const { partition, height } = claim
    const seen = { id, key: bytesToHex(claim.key), partition, height, blockHash: toDisplay(claim.blockHash) }
    await count({ ...seen, heard: false, inscribed: block.height })
  }
}

/** One a transaction, as of all records of storage. */
function* recordsOfWins(params: NetworkParams, block: Block): Generator<SignedRecord, void> {
  for (const { envelope } of scanBlock(block)) {
    if (envelope.input !== 0 || envelope.index !== 0) continue
    const decoded = decodeRecord(envelope, params)
    if (decoded.ok && decoded.record.kind === 'win') yield decoded
  }
}
