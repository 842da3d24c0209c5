/** Tags of ord's handbook (docs/src/inscriptions.md); each is pushed as this one byte. */
export const TAG = {
  contentType: 1,
  /** Little-endian offset of the sat to inscribe. */
  pointer: 2,
  /** May be repeated. */
  parent: 3,
  /** CBOR; ord joins all its values, so that it may be longer than one push. */
  metadata: 5,
  metaprotocol: 7,
  contentEncoding: 9,
  delegate: 11,
  rune: 13,
  note: 15,
  /** CBOR, joined like `metadata`. */
  properties: 17,
  propertyEncoding: 19,
  /** Recognised by nobody, and even: unbinds the inscription. */
  unbound: 66,
  nop: 255,
} as const
