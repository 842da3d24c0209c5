import { encodeField, FIELD_BYTES } from '../../src/bus/index.ts'
import { concatBytes, hexToBytes } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { elementOf, halvesOf } from '../sampling/elements.ts'

const BASE_TAG = 17

/**
 * P(17; net, id, lo(key), hi(key)): what a provider's mask of a blob begins with, an element of 32 bytes.
 *
 * @param networkHash 32 bytes
 * @param id of the blob, 64 hex digits
 * @param key the provider's x-only public key, 32 bytes
 */
export function maskBase(
  kernel: Pick<StorageKernel, 'storageDraw'>,
  networkHash: Uint8Array,
  id: string,
  key: Uint8Array,
): Uint8Array {
  const { low, high } = halvesOf(key)
  const inputs = concatBytes(encodeField([elementOf(networkHash)]), hexToBytes(id), encodeField([low, high]))
  return kernel.storageDraw(BASE_TAG, inputs).slice(0, FIELD_BYTES)
}
