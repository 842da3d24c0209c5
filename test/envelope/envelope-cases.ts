import fc from 'fast-check'
import type { EnvelopeContent } from '../../src/bitcoin/index.ts'

const short = fc.uint8Array({ maxLength: 520 })
const long = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.integer({ min: 0, max: 4 }).map((n) => new Uint8Array(519 + n).fill(n)),
  fc.uint8Array({ minLength: 900, maxLength: 2_000 }),
)

/** Any content that an envelope can hold. */
export const contents: fc.Arbitrary<EnvelopeContent> = fc.record(
  {
    contentType: short,
    contentEncoding: short,
    metaprotocol: short,
    parents: fc.array(short, { minLength: 1, maxLength: 3 }),
    delegate: short,
    pointer: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    metadata: long,
    rune: short,
    note: short,
    properties: long,
    propertyEncoding: short,
    body: long,
  },
  { requiredKeys: [] },
)

/** Scripts near envelopes: pieces of them in any order, with noise and broken ends between. */
export const scripts: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          [0x00],
          [0x63],
          [0x03, 0x6f, 0x72, 0x64],
          [0x68],
          [0x00, 0x63, 0x03, 0x6f, 0x72, 0x64],
        ),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom([1, 1], [1, 2], [1, 5], [1, 7], [1, 66], [0x51], [0x4f], [0x60], [0x50], [0xac]),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          [0x4c, 0],
          [0x4d, 0, 0],
          [0x4e, 0, 0, 0, 0],
          [0x4c],
          [0x4d, 9],
          [0x4e, 255, 255, 255, 255],
        ),
      },
      { weight: 2, arbitrary: fc.uint8Array({ maxLength: 75 }).map((data) => [data.length, ...data]) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((data) => [...data]) },
    ),
    { maxLength: 24 },
  )
  .map((pieces) => Uint8Array.from(pieces.flat()))
