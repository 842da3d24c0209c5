import type { StorageKernel } from './storage-kernel.ts'

/**
 * What storage computes under its mask, by the addon alone: nobody encodes in a browser. Field elements are 32 bytes,
 * little-endian, canonical. Whoever calls hands over what fits: anything else is a bug and throws E_INTERNAL.
 */
export interface MaskKernel extends Pick<StorageKernel, 'storageDraw'> {
  /**
   * Units encoded: k × 7,936 bytes in, k × 8,192 out.
   *
   * @param base of provider and blob
   * @param numbers of the units in the blob
   * @param parallel on all cores, else on one
   */
  maskUnits(base: Uint8Array, numbers: Uint32Array, units: Uint8Array, parallel: boolean): Promise<Uint8Array>
  /**
   * Units decoded: k × 8,192 bytes in, k × 7,936 out; then a byte for each, 1 where it is a unit. Where it is none that byte
   * is 0 and the unit zeros.
   */
  unmaskUnits(base: Uint8Array, numbers: Uint32Array, encoded: Uint8Array, parallel: boolean): Promise<Uint8Array>
}
