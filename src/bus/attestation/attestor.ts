import { parseInscriptionId, sameHash, toDisplay } from '../../bitcoin/index.ts'
import type { Result } from '../../lib/index.ts'
import type { Attestation } from './attestation.ts'
import { attestHeader, attestInscription, attestOutput, attestTransaction, type BuildReject } from './build.ts'
import { OpenBlocks } from './open-blocks.ts'
import type { BlockSource, PlaceSource } from './sources.ts'

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
  readonly #blocks: OpenBlocks

  constructor(places: PlaceSource, blocks: BlockSource) {
    this.#places = places
    this.#blocks = blocks instanceof OpenBlocks ? blocks : new OpenBlocks(blocks)
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
    const opened = await this.#blocks.open(hash, signal)
    if (!opened.ok) {
      if (opened.reject !== 'no-such-block') return refuse(opened.reject, opened.detail)
      return refuse('no-such-block', `there is no block ${toDisplay(hash)} here: ${opened.detail}`)
    }
    return { place: await this.#places.place(height, signal), open: opened.open }
  }
}
