/** An encoded unit with what proves it. */
export interface ProvedEncodedUnit {
  /** 256 canonical elements, 8,192 bytes. */
  readonly encoded: Uint8Array
  /** From the unit that they decode to, to its blob's root: as peers are given it (1,920 bytes). */
  readonly path: Uint8Array
}

/**
 * What a provider keeps encoded, unit by unit, by the blob's id (64 hex digits) and the unit's number in it: what tries and
 * certificates read. Null where the unit is not here, or not encoded under that key; it may be a moment later.
 *
 * `key` is the provider's x-only public key, 64 hex digits.
 */
export interface EncodedUnits {
  /**
   * As fast as the disk gives it: 8,192 bytes as they lie there, not compared with a checksum. What is damaged wins nothing
   * that could be proved. The bytes have a buffer of their own, which the caller may hand on to another thread.
   */
  encodedUnit(key: string, id: string, unit: number): Promise<Uint8Array | null>
  /** Compared with its checksum; what does not match is here no longer, and is healed. */
  provedEncodedUnit(key: string, id: string, unit: number): Promise<ProvedEncodedUnit | null>
}
