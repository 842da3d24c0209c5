import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { FIELD_MODULUS } from '../../src/bus/index.ts'
import { readArguments } from '../../src/compute/circuit/read-arguments.ts'
import { type CircuitResult, decodeResult, encodeResult, verifyCircuit } from '../../src/compute/index.ts'
import {
  type CompiledOnce,
  compileGraph,
  type OnceOfKeys,
  proveCircuit,
  readGraph,
  runCircuit,
  runVectors,
  setUpGraph,
} from '../../src/compute/io/index.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { readVectors } from '../../src/compute/vectors/vectors.ts'
import { onSynthetic, txAt } from '../bus/attestation-scene.ts'
import { kernel } from '../storage/kernels.ts'
import { TINY_ARGUMENTS, TINY_MANIFEST, TINY_VALUES, tinyGraph } from '../support/tiny-graph.ts'

const read = (text: string) => readManifest(new TextEncoder().encode(text))

describe('the manifest of a circuit with arguments', () => {
  test('says what is private, and takes one element where it says nothing', () => {
    expect(read(TINY_MANIFEST)).toMatchObject({
      ok: true,
      manifest: { program: { arguments: [{ signal: 'recipient', elements: 1 }, { elements: 4 }, { private: true }] } },
    })
  })

  test.each<[string, string | RegExp, string, RegExp]>([
    ['hides what its proof system shows', 'groth16', 'spartan', /arguments\.2\.private: spartan is not zero-knowledge/],
    ['says that something is not private', 'private: true', 'private: false', /arguments\.2\.private/],
    ['takes nothing', / {2}arguments:[\s\S]*(?= {2}outputs)/, '', /reads an input, arguments, or both/],
    ['takes one signal twice', 'signal: root', 'signal: recipient', /two inputs have one signal/],
    ['takes more than it may', 'elements: 2', 'elements: 131072', /more than 131072 elements/],
    ['takes no element of one', 'elements: 4', 'elements: 0', /elements/],
    ['shows more than a result has', 'elements: 4', 'elements: 61', /65 public values; a result has at most 64/],
    [
      'reads an inscription that it does not bind',
      'kind: headers',
      'kind: inscription',
      /a circuit without an input, reads headers alone/,
    ],
    ['names a signal that cannot be', 'signal: root', 'signal: main.root', /letters and digits/],
  ])('that %s is refused', (_what, from, to, detail) => {
    const changed = TINY_MANIFEST.replace(from, to)
    expect(changed).not.toBe(TINY_MANIFEST)
    expect(read(changed)).toMatchObject({ reject: 'bad-manifest', detail: expect.stringMatching(detail) })
  })
})

describe('the manifest of a circuit that opens a salted commitment', () => {
  const SALTED = TINY_MANIFEST.replace('kind: headers', 'kind: inscription')
    .replace('  arguments:', '  input: { salt: salt, bytes: 32, commitment: mark }\n  arguments:')
    .replace('  outputs', '    - { signal: salt, private: true }\n  outputs')

  test('names the private argument that is the salt', () => {
    expect(read(SALTED)).toMatchObject({ ok: true, manifest: { program: { input: { salt: 'salt', bytes: 32 } } } })
  })

  test.each<[string, string, string, RegExp]>([
    ['shows its salt', 'salt, private: true', 'salt', /input\.salt: must be one of the arguments, private and of one/],
    ['has another salt', 'salt: salt', 'salt: pepper', /input\.salt: must be one of the arguments/],
    ['has a salt of two elements', 'salt: salt', 'salt: secret', /input\.salt: must be .* of one element/],
    ['reads the bytes as well', 'salt: salt', 'salt: salt, signal: in', /takes a signal, or the salt/],
    ['reads neither', 'salt: salt, ', '', /takes a signal, or the salt/],
    ['takes a commitment of other bytes', 'bytes: 32', 'bytes: 33', /a salted commitment has 32 bytes/],
    [
      'is a list of records',
      'kind: inscription',
      'kind: inscriptions\n    metaprotocol: wsc',
      /is one inscription, or one blob/,
    ],
    ['is not zero-knowledge', 'groth16', 'spartan', /spartan is not zero-knowledge/],
  ])('that %s is refused', (_what, from, to, detail) => {
    const changed = SALTED.replace(from, to)
    expect(changed).not.toBe(SALTED)
    expect(read(changed)).toMatchObject({ reject: 'bad-manifest', detail: expect.stringMatching(detail) })
  })
})

describe('arguments', () => {
  const program = () => {
    const manifest = read(TINY_MANIFEST)
    if (!manifest.ok || manifest.manifest.program.kind !== 'circuit') throw new Error('no circuit')
    return manifest.manifest.program
  }
  const from = (value: unknown) => readArguments(program(), JSON.stringify(value))

  test('are read from decimal digits', () => {
    expect(from(TINY_ARGUMENTS)).toEqual({
      ok: true,
      input: { recipient: 5n, root: [0n, 0n, 7n, 0n], secret: [3n, 11n] },
    })
  })

  const SECRET = '987654321'
  test.each<[string, unknown]>([
    ['that are none', null],
    ['of which one is missing', { ...TINY_ARGUMENTS, secret: undefined }],
    ['of which there is one too many', { ...TINY_ARGUMENTS, other: '1' }],
    ['with an element too few', { ...TINY_ARGUMENTS, secret: [SECRET] }],
    ['with an element too many', { ...TINY_ARGUMENTS, secret: [SECRET, '1', '2'] }],
    ['with a list for one element', { ...TINY_ARGUMENTS, recipient: [SECRET] }],
    ['with a number that JSON would round', { ...TINY_ARGUMENTS, recipient: Number(SECRET) }],
    ['below zero', { ...TINY_ARGUMENTS, recipient: `-${SECRET}` }],
    ['with a zero before', { ...TINY_ARGUMENTS, recipient: `0${SECRET}` }],
    ['in hexadecimal', { ...TINY_ARGUMENTS, recipient: `0x${SECRET}` }],
    ['that are no element of the field', { ...TINY_ARGUMENTS, recipient: String(FIELD_MODULUS) }],
    ['of many digits', { ...TINY_ARGUMENTS, recipient: SECRET.repeat(1000) }],
  ])('%s are refused, and what they are is not told', (_what, value) => {
    const refused = from(value)
    expect(refused).toMatchObject({ ok: false, reject: 'bad-arguments' })
    expect(JSON.stringify(refused)).not.toContain(SECRET)
  })

  test('that are no JSON are refused without being told', () => {
    expect(readArguments(program(), `{"secret": ${SECRET}`)).toEqual({
      ...{ ok: false, reject: 'bad-arguments', detail: 'the arguments are no JSON' },
    })
  })
})

describe('a circuit with arguments', { timeout: 120_000 }, () => {
  let directory: string
  let program: OnceOfKeys
  let honest: CircuitResult
  const { chain } = onSynthetic
  const block = blockHash(new Uint8Array(32).fill(7))
  const tip = toDisplay(block)
  const under = { ...chain, tip }
  const given = readArgumentsOf(TINY_ARGUMENTS)
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wsc-arguments-'))
    program = (await setUpGraph(await compiled('tiny'))) as OnceOfKeys
    const { values, proof } = await proveCircuit(program, { arguments: given })
    const place = { height: chain.height, blockHash: block }
    honest = { kind: 'circuit', program: program.id, ...place, values, proof }
  }, 120_000)
  afterAll(() => rm(directory, { recursive: true }))

  const compiled = async (name: string, change: Parameters<typeof tinyGraph>[1] = {}) =>
    (await compileGraph(await readGraph(await tinyGraph(join(directory, name), change)))) as CompiledOnce

  function readArgumentsOf(value: unknown) {
    const manifest = read(TINY_MANIFEST)
    if (!manifest.ok || manifest.manifest.program.kind !== 'circuit') throw new Error('no circuit')
    const result = readArguments(manifest.manifest.program, JSON.stringify(value))
    if (!result.ok) throw new Error(result.detail)
    return result.input
  }

  test('shows its outputs and its public arguments, in the order of the circuit, and proves them', async () => {
    expect(await runCircuit(program, { arguments: given })).toEqual(TINY_VALUES)
    expect(honest.values).toEqual(TINY_VALUES)
    expect(honest.proof).toHaveLength(128)
    expect(program).toMatchObject({ setup: 'insecure-dev', verifier: { info: { scheme: 'groth16', publicValues: 8 } } })
    const file = encodeResult(honest)
    expect(decodeResult(file)).toEqual({ ok: true, result: honest })
  })

  test('is verified at the block that it was proved at, and nothing of it can be another', async () => {
    const verify = (change: Partial<CircuitResult> = {}, more: object = {}) =>
      verifyCircuit(
        { ...honest, ...change },
        {
          ...{
            program: program.id,
            manifest: program.manifest,
            verifier: program.verifier,
            kernel,
            params: regtest,
            chain: under,
          },
          ...more,
        },
      )
    expect(await verify()).toEqual({
      ok: true,
      verified: {
        ...{ height: chain.height, blockHash: tip, confirmations: 1, inputs: [] },
        outputs: { mark: 106n, twice0: 66n, twice1: 67n },
        arguments: { recipient: [5n], root: [0n, 0n, 7n, 0n] },
      },
    })
    const refused = async (...of: Parameters<typeof verify>) => {
      const result = await verify(...of)
      return result.ok ? 'valid' : result.reject
    }
    // Another's recipient, which no constraint of the circuit touches.
    expect(await refused({ values: honest.values.with(3, 6n) })).toBe('proof-invalid')
    for (let i = 0; i < honest.values.length; i++) {
      expect(await refused({ values: honest.values.with(i, honest.values[i]! + 1n) })).toBe('proof-invalid')
    }
    expect(await refused({ values: honest.values.slice(0, -1) })).toBe('bad-outputs')
    expect(await refused({ values: [...honest.values, 0n] })).toBe('bad-outputs')
    expect(await refused({ program: new Uint8Array(32) })).toBe('wrong-program')
    expect(await refused({ height: chain.height - 1 })).toBe('wrong-height')
    expect(await refused({ blockHash: blockHash(new Uint8Array(32)) })).toBe('wrong-block')
    expect(await refused({ proof: honest.proof.slice(1) })).toBe('proof-malformed')
    expect(await refused({}, { prefix: txAt(onSynthetic, 3) })).toBe('prefix:other-kind')
  })

  test('is held against vectors of its own, which give it arguments by a file', async () => {
    const folder = await tinyGraph(join(directory, 'tiny'))
    await writeFile(join(folder, 'given.json'), JSON.stringify(TINY_ARGUMENTS))
    const outcomes = async (text: string) => {
      const read = readVectors(new TextEncoder().encode(`version: 1\ncases:\n  - { name: one, ${text} }\n`))
      if (!read.ok) throw new Error(read.detail)
      return await runVectors(program, read.cases)
    }
    expect(await outcomes('arguments: given.json, outputs: { mark: 106 }')).toMatchObject([{ outcome: { ok: true } }])
    expect(await outcomes('arguments: given.json, outputs: { mark: 107 }')).toMatchObject([{ outcome: { ok: false } }])
    await expect(outcomes('input: given.json, outputs: { mark: 1 }')).rejects.toMatchObject({ code: 'E_VECTORS' })
    await expect(outcomes('outputs: { mark: 1 }')).rejects.toMatchObject({ code: 'E_VECTORS' })
  })

  test('is refused where it reads bytes that it does not take, or none that it takes', async () => {
    await expect(runCircuit(program, { arguments: given, bytes: new Uint8Array(1) })).rejects.toMatchObject({
      code: 'E_INPUT',
    })
    await expect(runCircuit(program, {})).rejects.toMatchObject({ code: 'E_WITNESS' })
  })

  test('is not set up where it has nothing but public values, of which there is nothing to prove', async () => {
    const circuit = (text: string) =>
      text.replace('product * secret[0]', 'product').replace('2 * product + i', '2 * secret[i]')
    const open = await compiled('open', { circuit })
    await expect(setUpGraph(open)).rejects.toMatchObject({ code: 'E_CIRCUIT' })
  })

  test.each<[string, string, string, RegExp]>([
    [
      'names another output',
      'mark,',
      'merk,',
      /has no output merk at this place; its outputs are mark, twice0, twice1, in this order/,
    ],
    ['names outputs in another order', 'twice0, twice1', 'twice1, twice0', /has no output twice1 at this place/],
    ['takes an input that there is not', 'signal: root', 'signal: boot', /has no public input boot of 4 elements/],
    ['hides what is public', 'elements: 4', 'elements: 4, private: true', /has 3 outputs, 5 public and 2 other inputs/],
    [
      'has public inputs in another order',
      '{ signal: recipient }\n    - { signal: root, elements: 4 }',
      '{ signal: root, elements: 4 }\n    - { signal: recipient }',
      /has the public input root at another place/,
    ],
    [
      'takes as many elements otherwise',
      'recipient }\n    - { signal: root, elements: 4 }',
      'recipient, elements: 4 }\n    - { signal: root }',
      /has no public input recipient of 4 elements/,
    ],
    ['takes another input than is hidden', 'signal: secret', 'signal: sacred', /has no input sacred of 2 elements/],
  ])('is not compiled for a manifest that %s', async (name, from, to, message) => {
    const manifest = (text: string) => text.replace(from, to)
    const failed = compiled(name.replaceAll(' ', '-'), { manifest })
    await expect(failed).rejects.toMatchObject({ code: 'E_PROGRAM', message: expect.stringMatching(message) })
  })
})
