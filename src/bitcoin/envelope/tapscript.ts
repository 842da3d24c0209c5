/** First byte of an annex (BIP341). */
const ANNEX = 0x50

/**
 * Where the leaf script of a taproot script path spend is: the second to last item once an annex is removed (BIP341,
 * BIP342); null where the witness is too short for one. Like ord, this looks at the witness alone: what kind of output
 * is spent is not known here, and a witness of another kind has something else in that place.
 */
export function leafScript(witness: readonly Uint8Array[]): Uint8Array | null {
  const annex = witness.length >= 2 && witness.at(-1)?.[0] === ANNEX ? 1 : 0
  return witness.at(-2 - annex) ?? null
}
