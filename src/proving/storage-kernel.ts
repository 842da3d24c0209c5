/**
 * What storage computes over many bytes, by the addon or by WebAssembly with equal results. Field elements are 32 bytes,
 * little-endian, canonical. Whoever calls hands over what fits: anything else is a bug and throws E_INTERNAL.
 */
export interface StorageKernel {
  /** Roots of whole units: k × 7,936 bytes in, k × 32 out. */
  unitRoots(units: Uint8Array): Promise<Uint8Array>
  /** circomlib's PoseidonEx(16, 1) with initial state `tag`, in batches: k × 512 bytes in, k × 32 out. */
  treeNodes(tag: number, children: Uint8Array): Uint8Array
  /** circomlib's PoseidonEx(3, 1) in batches: k × 96 bytes in, k × 32 out. */
  poseidon(tag: number, inputs: Uint8Array): Uint8Array
  /**
   * Both outputs of circomlib's PoseidonEx(n, 2) with initial state `tag`, for n of two, three, four, six or seven:
   * n × 32 bytes in, 64 out.
   */
  storageDraw(tag: number, inputs: Uint8Array): Uint8Array
  /**
   * A column of the parity units, ⌈dataUnits / 2⌉ × width bytes, from that of the data units.
   *
   * @param width bytes at one place of every unit, a multiple of 64
   * @param data dataUnits × width bytes, one unit after another
   */
  encodeColumn(dataUnits: number, width: number, data: Uint8Array): Promise<Uint8Array>
  /**
   * A column of the data units from that of any units that are as many.
   *
   * @param numbers of the units given, rising: data units from 0 on, then parity units
   */
  restoreColumn(dataUnits: number, width: number, numbers: Uint32Array, units: Uint8Array): Promise<Uint8Array>
}
