import { type BlockHash, toDisplay } from '../../bitcoin/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import type { Draft, Json } from '../../settlement/index.ts'

/** The kind of the records that publish programs. */
export const PROGRAM_KIND = 'program'

/** Of their bodies, which are manifests. */
export const PROGRAM_TYPE = 'application/yaml'

/** A program and where its bundle is. */
export interface PublishedProgram {
  /** 32 bytes. */
  readonly program: Uint8Array
  /** The manifest as it is, from which lists tell name and kind. */
  readonly manifest: Uint8Array
  /** Id of the content in the storage network that is the bundle: 32 bytes. */
  readonly content: Uint8Array
}

/** What is to be inscribed to publish a program: its manifest, under a record that names its bundle. */
export function programDraft(
  { program, manifest, content }: PublishedProgram,
  { height, blockHash, seq }: { readonly height: number; readonly blockHash: BlockHash; readonly seq: number },
): Draft {
  const metadata = new Map<string, Json>([
    ['kind', PROGRAM_KIND],
    ['program', bytesToHex(program)],
    ['height', BigInt(height)],
    ['blockHash', toDisplay(blockHash)],
    ['output', bytesToHex(content)],
    ['seq', BigInt(seq)],
  ])
  return { body: manifest, contentType: PROGRAM_TYPE, metadata }
}
