import type { RecordContent } from '../record-draft.ts'

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

/** What the record says that publishes a program: its manifest, and its bundle. */
export function programRecordOf({ program, manifest, content }: PublishedProgram): RecordContent {
  return { kind: PROGRAM_KIND, program, output: content, contentType: PROGRAM_TYPE, body: manifest }
}
