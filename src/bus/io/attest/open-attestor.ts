import { join } from 'node:path'
import type { AnchorContext, Block, NetworkParams } from '../../../bitcoin/index.ts'
import { type BitcoindClient, bitcoindBlocks } from '../../../bitcoin/io/index.ts'
import { errorCode } from '../../../lib/index.ts'
import type { SnarkVerifier } from '../../../proving/index.ts'
import { Attestor } from '../../attestation/attestor.ts'
import { fileBlocks } from '../../attestation/file-blocks.ts'
import type { BlockSource, PlaceSource } from '../../attestation/sources.ts'
import type { AttestedChain } from '../../attestation/verify.ts'
import { History, historyStart } from '../history/history.ts'
import { openStoredHistory } from '../history/open-history.ts'
import { provedPlaces } from '../history/places.ts'
import { memoryTable } from '../history/table.ts'
import { bitcoindSource, type HeaderSource } from '../prover/header-source.ts'

/** What attestations are made from: bitcoind and the history store of a data directory, or files alone. */
export type AttestMaterial =
  | { readonly client: BitcoindClient; readonly dir: string }
  | {
      readonly source: HeaderSource
      /** The bytes of `source`, the first header of them at `startHeight`. */
      readonly headers: Uint8Array
      readonly startHeight: number
      readonly block: Block | undefined
    }

export interface OpenAttestorOptions {
  readonly params: NetworkParams
  /** The context of the anchor that the proof starts from; genesis otherwise. */
  readonly anchor: AnchorContext | undefined
  readonly verifier: SnarkVerifier
  readonly chain: AttestedChain
  readonly material: AttestMaterial
  /** A prover holds the history store: it is made anew from bitcoind's headers, in memory. */
  onSpared?(): void
  readonly signal?: AbortSignal | undefined
}

export interface OpenAttestor {
  readonly attestor: Attestor
  readonly places: PlaceSource
  close(): Promise<void>
}

/**
 * Opens what makes attestations under one proof. Throws E_SOURCE where the headers are not those that the proof commits
 * to, E_NO_HEADERS where there are too few.
 */
export async function openAttestor(options: OpenAttestorOptions): Promise<OpenAttestor> {
  const { chain, material, signal } = options
  const source: HeaderSource = 'client' in material ? bitcoindSource(material.client) : material.source
  const blocks: BlockSource =
    'client' in material
      ? bitcoindBlocks(material.client)
      : fileBlocks(material.headers, material.startHeight, material.block)
  const history = await openHistory(options)
  try {
    await history.sync(source, chain.height, signal)
    const places = await provedPlaces(history, chain)
    return { attestor: new Attestor(places, blocks), places, close: () => history.close() }
  } catch (error) {
    await history.close()
    throw error
  }
}

/** The prover's store; where a prover works with it, and for files, one in memory for this once. */
async function openHistory(options: OpenAttestorOptions): Promise<History> {
  const { params, anchor, verifier, material, onSpared } = options
  const start = historyStart(params, anchor)
  if ('client' in material) {
    try {
      return await openStoredHistory(join(material.dir, 'history'), params, start, verifier)
    } catch (error) {
      if (errorCode(error) !== 'E_LOCKED') throw error
      onSpared?.()
    }
  }
  return await History.open(start, memoryTable(), verifier)
}
