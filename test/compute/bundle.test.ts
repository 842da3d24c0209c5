import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bundle, decodeBundle, encodeBundle } from '../../src/compute/bundle/bundle.ts'
import { bytesToHex, concatBytes } from '../../src/lib/index.ts'

const text = (value: string) => new TextEncoder().encode(value)
const claims = {
  program: new Uint8Array(32).fill(7),
  circuitId: '11'.repeat(32),
  keyId: '22'.repeat(32),
  compiler: 'circom2 0.2.23 --O2',
}
const file = (path: string, content = '') => ({ path, bytes: text(content) })
const FILES = [
  file('graph/graph.yaml', 'version: 1'),
  file('graph/main.circom', 'main'),
  file('graph/parts/a.circom', ''),
  file('packages/@scope/name/circuits/b.circom', 'b'),
  file('setup/circuit.zkey', 'key'),
]
const bundleOf = (...files: Bundle['files']): Bundle => ({ claims, files })
const honest = encodeBundle(bundleOf(...FILES))

/** A bundle as anybody can write one, of files in this order. */
function written(...files: Bundle['files']): Uint8Array {
  const [manifest, ...others] = FILES
  const body = [...files, ...(files.length === 0 ? [manifest!, ...others] : [])].flatMap(({ path, bytes }) => [
    Uint8Array.of(path.length),
    text(path),
    Uint8Array.of(bytes.length),
    bytes,
  ])
  const count = files.length === 0 ? FILES.length : files.length
  return concatBytes(
    honest.subarray(0, 5 + 96),
    Uint8Array.of(19),
    text(claims.compiler),
    Uint8Array.of(count),
    ...body,
  )
}
const reject = (bytes: Uint8Array) => {
  const read = decodeBundle(bytes)
  return read.ok ? 'ok' : read.reject
}
const MANIFEST = FILES[0]!

describe('a bundle', () => {
  test('is read as it is written, whatever order its files are given in', () => {
    expect(decodeBundle(honest)).toEqual({ ok: true, bundle: bundleOf(...FILES) })
    expect(bytesToHex(encodeBundle(bundleOf(...FILES.toReversed())))).toBe(bytesToHex(honest))
    expect(bytesToHex(written())).toBe(bytesToHex(honest))
  })

  test.each<[string, Uint8Array, string]>([
    ['of nothing', new Uint8Array(), 'not-a-bundle'],
    ['that is something else', text('WSCR'), 'not-a-bundle'],
    ['of another version', honest.with(4, 2), 'unsupported-version'],
    ['cut short', honest.subarray(0, -1), 'truncated'],
    ['with more behind it', concatBytes(honest, Uint8Array.of(0)), 'trailing-bytes'],
    ['with a count that is not there', written(MANIFEST).with(5 + 96 + 1 + 19, 200), 'truncated'],
    ['whose compiler is no text', honest.with(5 + 96 + 1, 7), 'malformed'],
    ['without a manifest', written(file('graph/main.circom')), 'no-manifest'],
    [
      'of no files',
      written(MANIFEST)
        .subarray(0, 5 + 96 + 1 + 19 + 1)
        .with(5 + 96 + 1 + 19, 0),
      'no-manifest',
    ],
    ['in another order', written(file('packages/a/b'), MANIFEST), 'unsorted'],
    ['with a file twice', written(MANIFEST, MANIFEST), 'unsorted'],
    ['with files that differ by case', written(file('graph/Graph.yaml'), MANIFEST), 'bad-path'],
    ['with a file within a file', written(file('graph/a'), file('graph/a/b'), MANIFEST), 'bad-path'],
    [
      'with a length not in its shortest form',
      concatBytes(written().subarray(0, 5 + 96), Uint8Array.of(253, 19, 0), written().subarray(5 + 97)),
      'non-canonical-size',
    ],
  ])('%s is refused', (_what, bytes, code) => {
    expect(reject(bytes)).toBe(code)
  })

  test.each([
    '/etc/passwd',
    'graph/../../etc/passwd',
    'graph/./a',
    'graph//a',
    'graph/a/',
    'graph',
    'graph/.hidden',
    'graph/a\\b',
    'graph/a:b',
    'graph/a b',
    'graph/ä',
    'graph/a\n',
    'other/a',
    'node_modules/a',
    '',
  ])('with the path %j is refused', (path) => {
    expect(reject(written(MANIFEST, file(path)))).toBe('bad-path')
  })

  test('of anything at all is refused, or is what is written again', () => {
    const at = fc.nat(honest.length - 1)
    fc.assert(
      fc.property(at, fc.nat(255), (index, byte) => {
        const bytes = honest.with(index, byte)
        const read = decodeBundle(bytes)
        if (read.ok) expect(bytesToHex(encodeBundle(read.bundle))).toBe(bytesToHex(bytes))
      }),
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (bytes) => decodeBundle(concatBytes(text('WSCB'), bytes)).ok === false,
      ),
    )
  })

  test('that could not be read again is not written', () => {
    expect(() => encodeBundle(bundleOf(MANIFEST, file('graph/../b')))).toThrow(/no bundle: bad-path/)
  })
})
