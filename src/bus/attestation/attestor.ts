import { type Block, type BlockHash, parseInscriptionId, sameHash, toDisplay } from '../../bitcoin/index.ts'
import type { Result } from '../../lib/index.ts'
import type { Attestation } from './attestation.ts'
import {
  attestHeader,
  attestInscription,
  attestOutput,
  attestTransaction,
  type BuildReject,
  type HeaderPlace,
  type OpenBlock,
  openBlock,
} from './build.ts'

/** Where headers stand in the proved chain: a history store, or a server's word (checked with the attestation). */
export interface PlaceSource {
  place(height: number, signal?: AbortSignal): Promise<HeaderPlace>
  /** Of the proved chain; null outside of it. */
  hashAt(height: number, signal?: AbortSignal): Promise<BlockHash | null>
}

/** Where blocks come from: a node or a file. */
export interface BlockSource {
  /** 80 bytes; null where it has none of this hash. */
  header(hash: BlockHash, signal?: AbortSignal): Promise<Uint8Array | null>
  /** Else why it is not there: unknown, or deleted by a pruned node. */
  block(hash: BlockHash, signal?: AbortSignal): Promise<Result<{ readonly block: Block }, 'no-such-block'>>
  /** The block that holds a transaction (`txid` as shown); else why the source cannot tell. */
  locate(
    txid: string,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly hash: BlockHash; readonly height: number }, 'unknown-block'>>
}

/** Why there is no attestation of what was asked for. */
export type AttestReject = BuildReject | 'no-such-block' | 'unknown-block' | 'not-in-chain' | 'bad-id'

/** The attestation asked for, or why there is none. */
export type AttestResult = Result<{ readonly attestation: Attestation }, AttestReject>

const refuse = (reject: AttestReject, detail: string) => ({ ok: false, reject, detail }) as const

const TXID = /^[0-9a-f]{64}$/

/** What an attestation is asked about. `height` is of its block, where the source of blocks cannot find it. */
export type AttestRequest =
  | { readonly kind: 'header'; readonly height: number }
  | { readonly kind: 'tx'; readonly txid: string; readonly height?: number | undefined }
  | { readonly kind: 'output'; readonly txid: string; readonly output: number; readonly height?: number | undefined }
  /** `id` as ord has it: `<txid>i<n>`. */
  | { readonly kind: 'inscription'; readonly id: string; readonly height?: number | undefined }

/** Makes attestations of one chain; nothing it is given needs to be trusted, since what it makes is checked. */
export class Attestor {
  readonly #places: PlaceSource
  readonly #blocks: BlockSource

  constructor(places: PlaceSource, blocks: BlockSource) {
    this.#places = places
    this.#blocks = blocks
  }

  async attest(request: AttestRequest, signal?: AbortSignal): Promise<AttestResult> {
    if (request.kind === 'header') return await this.#header(request.height, signal)
    const inscription = request.kind === 'inscription' ? parseInscriptionId(request.id) : null
    if (request.kind === 'inscription' && inscription === null) return refuse('bad-id', `${request.id} is no id`)
    const txid = inscription?.txid ?? (request as { txid: string }).txid
    if (!TXID.test(txid)) return refuse('bad-id', 'a txid has 64 hexadecimal digits')
    const found = await this.#open(txid, request.height, signal)
    if ('reject' in found) return found
    const { place, open } = found
    if (request.kind === 'tx') return attestTransaction(place, open, txid)
    if (request.kind === 'output') return attestOutput(place, open, txid, request.output)
    return attestInscription(place, open, txid, inscription?.index ?? 0)
  }

  async #header(height: number, signal: AbortSignal | undefined): Promise<AttestResult> {
    const hash = await this.#places.hashAt(height, signal)
    const header = hash === null ? null : await this.#blocks.header(hash, signal)
    if (header === null) return refuse('no-such-block', `there is no header for height ${height}`)
    return { ok: true, attestation: attestHeader(await this.#places.place(height, signal), header) }
  }

  async #open(txid: string, given: number | undefined, signal: AbortSignal | undefined) {
    const located = given === undefined ? await this.#blocks.locate(txid, signal) : null
    if (located?.ok === false) {
      const found = `it is not known which block holds ${txid}: ${located.detail}`
      return refuse('unknown-block', `${found}; name its block by its height if you know it`)
    }
    const height = given ?? (located?.height as number)
    const hash = await this.#places.hashAt(height, signal)
    if (hash === null || (located !== null && !sameHash(hash, located.hash))) {
      return refuse('not-in-chain', `the block at height ${height} is not in the proved chain`)
    }
    const block = await this.#blocks.block(hash, signal)
    if (!block.ok) return refuse('no-such-block', `there is no block ${toDisplay(hash)} here: ${block.detail}`)
    const opened = openBlock(block.block)
    if (!opened.ok) return opened
    const open: OpenBlock = opened.open
    return { place: await this.#places.place(height, signal), open }
  }
}
