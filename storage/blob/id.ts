import { decodeField, encodeField, FIELD_BYTES } from '../../src/bus/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'

/** Tag of a blob's id. */
const ID_TAG = 19

/** What the id of a blob is the hash of. */
export interface BlobContent {
  /** Of its tree: a canonical element, 32 bytes little-endian. */
  readonly root: Uint8Array
  readonly length: number
  readonly coding: number
}

/** P(19; root, length, coding), 32 bytes little-endian; null where the root is no canonical element. */
export function blobId(kernel: Pick<StorageKernel, 'poseidon'>, content: BlobContent): Uint8Array | null {
  const root = content.root.length === FIELD_BYTES ? decodeField(content.root)?.[0] : undefined
  if (root === undefined) return null
  return kernel.poseidon(ID_TAG, encodeField([root, BigInt(content.length), BigInt(content.coding)]))
}
