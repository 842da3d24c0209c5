import { describe, expect, test } from 'vitest'
import { headerHash, regtest } from '../../src/bitcoin/index.ts'
import { type Attestation, encodeField } from '../../src/bus/index.ts'
import { bytesCommitment } from '../../src/compute/circuit/bytes-commitment.ts'
import { verifyCircuit } from '../../src/compute/circuit/verify-circuit.ts'
import { sourceResults } from '../../src/compute/circuit/verify-source.ts'
import { resultBytes, resultValues } from '../../src/compute/input/result-bytes.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import type { CircuitResult } from '../../src/compute/result/result-file.ts'
import { bytesToHex, concatBytes } from '../../src/lib/index.ts'
import { kernel } from '../storage/kernels.ts'
import { chainOf, echo, programs, readerManifest, recordScript, resultAt, SOURCE } from './source-scene.ts'

const altered = [8n, 5n]
const OTHER = new Uint8Array(32).fill(1)

/** Block 0 is what results are of; 1 holds their records, the honest one first, then one of each lie; 2 the honest one again. */
const on = await chainOf([
  () => [],
  ([first]) => [
    [recordScript(resultAt(first!, 0))],
    [recordScript(resultAt(first!, 0, { program: OTHER }))],
    [recordScript(resultAt(first!, 0, { values: altered }))],
    [recordScript(resultAt(first!, 0, { values: altered, proof: new Uint8Array(64) }))],
    [recordScript(resultAt(first!, 0, { blockHash: headerHash({ ...first!, nonce: 9 }) }))],
    [recordScript(resultAt(first!, 1))],
    [recordScript(resultAt(first!, 0), 'commitment')],
    [recordScript(resultAt(first!, 0), 'result', 'text/plain')],
  ],
  ([first]) => [[recordScript(resultAt(first!, 0))]],
])
const header = on.headers[0]!
const prefix = await on.header(0)
const program = new Uint8Array(32).fill(7)
const bytes = resultBytes(resultAt(header, 0), [7n, 5n])
const valuesOf = (holds: bigint, read = bytes) => [holds, bytesCommitment(kernel, read)]
const honest: CircuitResult = {
  ...{ kind: 'circuit', program, height: 1, blockHash: headerHash(on.headers[1]!) },
  ...{ values: valuesOf(1n), proof: encodeField(valuesOf(1n)) },
}

async function verify(attestations: readonly Attestation[], change: Partial<CircuitResult> = {}, known = programs) {
  const result = { ...honest, ...change }
  const found = await verifyCircuit(
    { ...result, proof: encodeField(result.values) },
    {
      ...{ program, manifest: readerManifest, verifier: echo, chain: on.chain, params: regtest, kernel },
      ...{ evidence: [{ attestations }], results: sourceResults(known) },
    },
  )
  return found.ok ? found.verified.inputs : found.reject
}

describe('a result of another program', () => {
  test('is read by its record and what it is verified by', async () => {
    const record = await on.inscription(1, 1)
    expect(await verify([record, prefix])).toEqual([expect.stringMatching(/^[0-9a-f]{64}i0$/)])
    expect(await verify([record, prefix], { values: valuesOf(0n) })).toBe('condition-false')
    expect(await verify([record, prefix], { height: 2, blockHash: headerHash(on.headers[2]!) })).toBe('wrong-block')
  })

  test('has bytes that say which one it is', async () => {
    expect(bytes).toEqual(concatBytes(SOURCE, new Uint8Array(4), headerHash(header), encodeField([7n, 5n])))
    const record = await on.inscription(1, 1)
    for (const other of [
      resultBytes(resultAt(header, 0), altered),
      resultBytes(resultAt(header, 1), [7n, 5n]),
      resultBytes(resultAt(on.headers[1]!, 0), [7n, 5n]),
      resultBytes(resultAt(header, 0, { program: OTHER }), [7n, 5n]),
    ]) {
      expect(await verify([record, prefix], { values: valuesOf(1n, other) })).toBe('wrong-input')
    }
    expect([67, 68, 99, 100, 132, 68 + 32 * 64, 68 + 32 * 65].map(resultValues)).toEqual([
      ...[null, null, null, 1, 2, 64, null],
    ])
  })

  test.each([
    ['of another program', 2, 'other-program'],
    ['with an altered output', 3, 'result:proof-invalid'],
    ['whose proof does not hold', 4, 'result:proof-invalid'],
    ['of a lost branch', 5, 'result:wrong-block'],
    ['of the block that holds its record', 6, 'result:not-an-ancestor'],
    ['whose record is of another kind', 7, 'other-program'],
    ['whose record has another content type', 8, 'result:wrong-content-type'],
  ])('%s is refused', async (_what, transaction, reject) => {
    expect(await verify([await on.inscription(1, transaction), prefix])).toBe(reject)
  })

  test('is refused without what shows it, and under another proof', async () => {
    const record = await on.inscription(1, 1)
    expect(await verify([])).toBe('no-attestation')
    expect(await verify([record])).toBe('result:no-attestation')
    expect(await verify([record, prefix, prefix])).toBe('result:no-attestation')
    expect(await verify([record, await on.header(1)])).toBe('result:wrong-height')
    expect(await verify([record, record])).toBe('result:prefix:other-kind')
    expect(await verify([prefix, record])).toBe('not-an-inscription')
    // Not attested yet under the proof that is given: it is under one that ends later, or earlier.
    expect(await verify([await on.inscription(1, 1, 3), prefix])).toBe('attestation:other-proof')
    const branch = await chainOf([() => [], ([first]) => [[recordScript(resultAt(first!, 0))]]], 5)
    expect(await verify([await branch.inscription(1, 1), prefix])).toBe('attestation:not-in-chain')
    expect(await verify([record, prefix], {}, { open: async () => null })).toBe('result:no-program')
  })

  test('a second time on Bitcoin is of another block', async () => {
    const again = await on.inscription(2, 1)
    expect(await verify([again, prefix])).toBe('wrong-block')
    // Who has an index of results knows that it is a duplicate; an attestation cannot.
    expect(await verify([again, prefix], { height: 2, blockHash: headerHash(on.headers[2]!) })).toHaveLength(1)
  })
})

describe('a manifest over results', () => {
  const text = (change: (text: string) => string = (same) => same) =>
    new TextEncoder().encode(
      change(`version: 1
name: reader
dataSources:
  - { kind: result, program: ${bytesToHex(SOURCE)} }
trigger: { onEvent: true }
program:
  kind: circuit
  circuit: b.circom
  input: { signal: in, bytes: 132, commitment: read, condition: holds }
  outputs: [holds, read]
`),
    )

  test('may run on an event, or on request', () => {
    expect(readManifest(text())).toMatchObject({ ok: true })
    expect(readManifest(text((all) => all.replace('onEvent', 'onRequest')))).toMatchObject({ ok: true })
  })

  test.each([
    ['names no program', ['program: 5a', 'program: 5'], /must be 64 hex digits/],
    ['has a part of a value', ['bytes: 132', 'bytes: 133'], /line 4, .*a result has 68 bytes and 32 for each/],
    ['has a condition that is no output', ['condition: holds', 'condition: other'], /must be one of the outputs/],
    ['runs on an event without a condition', [', condition: holds', ''], /one result alone, with a condition/],
    [
      'runs on an event of several sources',
      ['  - { kind: result,', '  - { kind: inscription, bytes: 32 }\n  - { kind: result, bytes: 100,'],
      /one result alone, with a condition/,
    ],
    ['runs by itself', ['onEvent: true', 'everyBlocks: 1'], /trigger/],
  ] as const)('that %s is refused', (_what, [from, to], detail) => {
    expect(readManifest(text((all) => all.replace(from, to)))).toMatchObject({
      reject: 'bad-manifest',
      detail: expect.stringMatching(detail),
    })
  })
})
