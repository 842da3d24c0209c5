import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { encodeHeader, headerHash, mainnet, toDisplay } from '../../src/bitcoin/index.ts'
import { type Attestation, attestHeader, encodeField } from '../../src/bus/index.ts'
import { fileSource } from '../../src/bus/io/index.ts'
import { OPENING_ELEMENTS } from '../../src/compute/circuit/opening.ts'
import { type CircuitResult, verifyCircuit } from '../../src/compute/index.ts'
import { openPeriodOnce } from '../../src/compute/io/index.ts'
import type { CircuitProgram } from '../../src/compute/manifest/circuit-program.ts'
import type { Manifest } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { equalBytes, rejection } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { onSynthetic, txAt } from '../bus/attestation-scene.ts'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'
import { poseidonSource } from '../bus/poseidon-reference.ts'
import { kernel } from '../storage/kernels.ts'

const text = readFileSync(new URL('../../graphs/difficulty-falls/graph.yaml', import.meta.url), 'utf8')
const read = (yaml: string) => readManifest(new TextEncoder().encode(yaml))

function manifestOf(yaml: string): Manifest<CircuitProgram> {
  const result = read(yaml)
  if (!result.ok || result.manifest.program.kind !== 'circuit') throw new Error('no circuit')
  return { ...result.manifest, program: result.manifest.program }
}

describe('the manifest of a program that opens headers', () => {
  test('of the standard graph', () => {
    expect(manifestOf(text)).toMatchObject({
      trigger: { onEvent: true },
      program: { history: { period: 2016, places: [0, 2015], condition: 'long' }, arguments: [] },
    })
    expect(read(text.replace('onEvent: true', 'everyBlocks: 2016'))).toMatchObject({ ok: true })
  })

  test.each<[string, string | RegExp, string, RegExp]>([
    ['opens a header outside of the period', '2015]', '2016]', /a place is below the period/],
    ['opens none', '[0, 2015]', '[]', /places/],
    ['opens more than it may', '[0, 2015]', `[${Array.from({ length: 17 }, (_, i) => i)}]`, /places/],
    ['has a period of no block', 'period: 2016', 'period: 0', /period/],
    ['has a condition that it does not say', 'condition: long', 'condition: short', /must be one of the outputs/],
    ['takes openings by the name of another input', 'opening: opening', 'opening: ordinal', /another input/],
    ['reads arguments too', '  outputs:', '  arguments: [{ signal: a }]\n  outputs:', /reads nothing else/],
    [
      'reads an inscription too',
      '  outputs:',
      '  input: { signal: a, bytes: 4, commitment: long }\n  outputs:',
      /reads nothing else|reads an inscription/,
    ],
    ['reads no headers', 'kind: headers', 'kind: inscription', /reads headers alone/],
    ['runs at another pace', 'onEvent: true', 'everyBlocks: 144', /everyBlocks of its period/],
    ['runs on request', 'onEvent: true', 'onRequest: true', /everyBlocks of its period/],
    ['runs on an event without a condition', ', condition: long', '', /with a condition, onEvent/],
    ['runs twice', 'onEvent: true', 'onEvent: true\n  everyBlocks: 2016', /one of them/],
  ])('that %s is refused', (_what, from, to, detail) => {
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    expect(read(changed)).toMatchObject({ reject: 'bad-manifest', detail: expect.stringMatching(detail) })
  })
})

describe('what a program reads of a period', () => {
  const made = fileSource(headerFile(mineChain(12).headers))
  if (!made.ok) throw new Error(made.detail)
  const { source } = made
  const binding = { period: 5, places: [0, 3, 4], opening: 'opened' }
  const opened = (ordinal: number, from = 0) =>
    openPeriodOnce(binding, ordinal, { source, from, poseidon: poseidonSource })

  test('is opened in the history as it was at the last block', async () => {
    const { input, height } = await opened(1)
    expect(height).toBe(9)
    expect(input).toMatchObject({ start: 0n, ordinal: 1n })
    const rows = input.opened as bigint[][]
    expect(rows.map((row) => row.length)).toEqual([OPENING_ELEMENTS, OPENING_ELEMENTS, OPENING_ELEMENTS])
    const heights = rows.map(([head]) => Number(((head as bigint) >> 128n) & 0xffff_ffffn))
    expect(heights).toEqual([5, 8, 9])
  })

  test('is refused where the chain has not all of it', async () => {
    await expect(opened(2)).rejects.toMatchObject({ code: 'E_INPUT', message: expect.stringContaining('height 14') })
    await expect(opened(0, 2)).rejects.toMatchObject({ code: 'E_INPUT', message: expect.stringContaining('height 0') })
  })
})

describe('a result over the history', () => {
  const { headers } = onSynthetic
  const tip = headers.at(-1)!
  const chain = { ...onSynthetic.chain, tip: toDisplay(headerHash(tip)) }
  const short = text
    .replace('period: 2016, places: [0, 2015]', 'period: 1, places: [0]')
    .replace('[long, first, last, bits]', '[long, first]')
  const manifest = manifestOf(short)
  const program = new Uint8Array(32).fill(7)
  const start = BigInt(chain.anchor?.height ?? 0)
  const values = [1n, 5n, chain.accumulator, start, BigInt(chain.height)]
  const honest: CircuitResult = {
    ...{ kind: 'circuit', program, height: chain.height, values, proof: Uint8Array.of(1) },
    blockHash: headerHash(tip),
  }
  /** Takes the proof `1` of any values: what is compared here are the values. */
  const verifier: ProofVerifier = {
    info: { scheme: 'spartan', keyId: '', setup: 'insecure-dev', publicValues: 5 },
    verify: async (proof, given) =>
      proof.length === 1 && !equalBytes(given, encodeField(values.with(1, 6n)))
        ? { ok: true }
        : rejection('proof-invalid', 'another proof'),
  }
  const judged = { program, manifest, verifier, chain, kernel, params: mainnet }
  const refused = async (
    change: Partial<CircuitResult> = {},
    more: { readonly prefix?: Attestation; readonly chain?: typeof chain } = {},
  ) => {
    const result = await verifyCircuit({ ...honest, ...change }, { ...judged, ...more })
    return result.ok ? 'valid' : result.reject
  }

  test('is verified without a header, by the history, the start and the period', async () => {
    expect(await verifyCircuit(honest, judged)).toMatchObject({
      ok: true,
      verified: {
        ...{ height: chain.height, blockHash: chain.tip, confirmations: 1, inputs: [] },
        outputs: { long: 1n, first: 5n },
        arguments: { history: [chain.accumulator], start: [start], ordinal: [BigInt(chain.height)] },
      },
    })
    const other = (at: number, value: bigint) => refused({ values: values.with(at, value) })
    expect(await other(2, chain.accumulator + 1n)).toBe('wrong-history')
    expect(await other(3, start + 1n)).toBe('wrong-start')
    expect(await other(4, BigInt(chain.height - 1))).toBe('wrong-ordinal')
    expect(await other(4, BigInt(chain.height) + 2n ** 53n)).toBe('wrong-ordinal')
    expect(await other(4, 2n ** 200n)).toBe('wrong-ordinal')
    expect(await other(0, 0n)).toBe('condition-false')
    expect(await other(0, 2n)).toBe('condition-false')
    expect(await other(1, 6n)).toBe('proof-invalid')
    expect(await refused({ values: values.slice(1) })).toBe('bad-outputs')
    expect(await refused({ height: chain.height - 1 })).toBe('wrong-height')
    expect(await refused({ blockHash: headerHash(headers[0]!) })).toBe('wrong-block')
    expect(await refused({ program: new Uint8Array(32) })).toBe('wrong-program')
  })

  test('of an older block takes a prefix proof, whose history it must be', async () => {
    const prefix = attestHeader(onSynthetic.place, encodeHeader(headers[0]!))
    const height = onSynthetic.place.height
    const older = { height, blockHash: headerHash(headers[0]!) }
    expect(await refused(older)).toBe('wrong-height')
    expect(await refused(older, { prefix })).toBe('wrong-history')
    expect(await refused({}, { prefix })).toBe('wrong-height')
    expect(await refused(older, { prefix: txAt(onSynthetic, 3) })).toBe('prefix:other-kind')
  })
})
