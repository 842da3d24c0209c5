/**
 * What is drawn in tries of sampling, many in one call, by the addon alone. Field elements are 32 bytes, little-endian,
 * canonical. Units are as they are kept under the mask, 8,192 bytes each, null where one is not at hand. Whoever calls hands
 * over what fits: anything else is a bug and throws E_INTERNAL.
 */
export interface TryKernel {
  /**
   * α and β₁ of the tries `from` … `from` + `count` − 1: 64 bytes each.
   *
   * @param challenge six elements: net, hi(c), lo(c), hi(key), lo(key), first
   */
  trySeeds(challenge: Uint8Array, from: number, count: number): Uint8Array
  /**
   * e₁ and β₂ of each try, 64 bytes each, from its first unit; then a byte for each, 1 where it has them. Where its unit is
   * not at hand, or is no 256 canonical elements, that byte is 0 and so are the others.
   *
   * @param seeds as `trySeeds` gave them
   */
  trySeconds(seeds: Uint8Array, units: readonly (Uint8Array | null)[]): Uint8Array
  /**
   * The ticket of each try, 16 bytes each, little-endian, from its second unit; then a byte for each, 1 where it has one.
   *
   * @param seconds as `trySeconds` gave them
   */
  tryTickets(seeds: Uint8Array, seconds: Uint8Array, units: readonly (Uint8Array | null)[]): Uint8Array
}
