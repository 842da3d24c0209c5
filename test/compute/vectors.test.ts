import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  decodeHeader,
  HEADER_BYTES,
  headerHash,
  strippedBytes,
  toDisplay,
  transactionId,
} from '../../src/bitcoin/index.ts'
import { compileGraph, openVectors, readGraph, runVectors } from '../../src/compute/io/index.ts'
import { filesOf, readVectors, VECTORS_FILE } from '../../src/compute/vectors/vectors.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { plainStatistics } from '../circuits/stream-scene.ts'
import { block } from '../support/blocks.ts'
import { SMALL_VECTORS, writeSmallGraph } from '../support/small-graph.ts'
import { digitOutputs } from './digits.ts'
import { ODD_CIRCUIT, ODD_MANIFEST, oddHeaders } from './odd-graph.ts'
import { plainPayments } from './plain-payments.ts'

const GRAPHS = fileURLToPath(new URL('../../graphs', import.meta.url))
const read = (text: string) => readVectors(new TextEncoder().encode(text))

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-vectors-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('vectors', () => {
  test.each([
    ['of another version', 'version: 1', 'version: 2', /line 1, column 10: version/],
    [
      'that say nothing',
      '    outputs: { sum: 24, all: 7 }\n',
      '',
      /line 3, column 5: cases.0: must have one of outputs/,
    ],
    ['that are refused and say something', 'refused: Small_', 'refused: Small_\n    outputs: {}', /says nothing/],
    ['with a name twice', 'name: no bit', 'name: both', /two cases have one name/],
    ['with a number that YAML does not keep', 'sum: 24', 'sum: 90071992547409930', /sum/],
    ['with a file elsewhere', 'vectors/one.bin', '../one.bin', /input: must be a path within the folder/],
    ['with a key of no kind', 'input: vectors/one', 'inptu: vectors/one', /inptu/],
  ])('%s are refused', (_what, from, to, detail) => {
    const changed = SMALL_VECTORS.replace(from, to)
    expect(changed).not.toBe(SMALL_VECTORS)
    expect(read(changed)).toMatchObject({ ok: false, reject: 'bad-content', detail: expect.stringMatching(detail) })
  })

  test.each(['!!binary name', '{ a: 1 }'])('with a key that is no plain value (%s) are refused in silence', (key) => {
    const warned = vi.spyOn(process, 'emitWarning')
    expect(read(SMALL_VECTORS.replace('name', key))).toMatchObject({
      reject: 'bad-yaml',
      detail: expect.stringContaining('a key is a plain value'),
    })
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
  })

  test('beyond their size are not read', () => {
    expect(readVectors(new Uint8Array((1 << 18) + 1))).toMatchObject({ reject: 'oversize' })
  })
})

describe('a graph over its vectors', () => {
  const outcomes = async (other: Record<string, string | Uint8Array> = {}) => {
    const folder = await writeSmallGraph(await mkdtemp(join(dir, 'graph-')), other)
    const graph = await compileGraph(await readGraph(folder))
    const found = await runVectors(graph, await openVectors(folder))
    return found.map(({ outcome }) => (outcome.ok ? 'ok' : `${outcome.reject}: ${outcome.detail}`))
  }
  const vectors = (from: string, to: string) => ({ 'graph.test.yaml': SMALL_VECTORS.replace(from, to) })

  test('says what they say, or not', async () => {
    expect(await outcomes()).toEqual(['ok', 'ok'])
    expect(await outcomes(vectors('sum: 24', 'sum: "25"'))).toEqual(['differs: sum is 24, not 25', 'ok'])
    expect(await outcomes(vectors('sum: 24', 'some: 24'))).toEqual(['differs: some is not there, not 24', 'ok'])
    expect(await outcomes(vectors('two.bin', 'one.bin'))).toEqual(['ok', expect.stringMatching(/^not-refused/)])
    // Refused, and for another reason than the vector says.
    expect(await outcomes(vectors('Small_', 'Times_'))).toEqual(['ok', expect.stringMatching(/^refused: .*Small_/)])
  })

  test.each([
    [
      'of another kind',
      'outputs: { sum: 24',
      'height: 3\n    outputs: { sum: 24',
      /"both".*height is not for a circuit/,
    ],
    ['without input', '    input: vectors/one.bin\n', '', /"both".*a circuit reads an input/],
    ['whose file is not there', 'one.bin', 'none.bin', /"both".*vectors\/none.bin cannot be read/],
  ])('a case %s is no case', async (_what, from, to, message) => {
    await expect(outcomes(vectors(from, to))).rejects.toMatchObject({
      code: 'E_VECTORS',
      message: expect.stringMatching(message),
    })
  })

  test('a circuit that opens headers says what it must of a period, or refuses it', async () => {
    const graph = { 'graph.yaml': ODD_MANIFEST, 'odd.circom': ODD_CIRCUIT, 'vectors/13.headers': oddHeaders(13) }
    const cases = `version: 1
cases:
  - { name: newest, headers: vectors/13.headers, outputs: { holds: 1 } }
  - { name: first, headers: vectors/13.headers, ordinal: 0, outputs: { holds: 0 } }
  - { name: not over, headers: vectors/13.headers, ordinal: 2, refused: ends at height 14 }
  - { name: not there, headers: vectors/13.headers, startHeight: 2, ordinal: 0, outputs: { holds: 0 } }
`
    const vectors = { ...graph, 'graph.test.yaml': cases }
    expect(await outcomes(vectors)).toEqual(['ok', 'ok', 'ok', expect.stringMatching(/^refused: .*before the chain/)])
    for (const [from, to, message] of [
      ['ordinal: 0', `txids: ["${'ab'.repeat(32)}"]`, /txids is not for a circuit/],
      ['headers: vectors/13.headers, outputs', 'outputs', /reads headers/],
    ] as const) {
      await expect(outcomes({ ...vectors, 'graph.test.yaml': cases.replace(from, to) })).rejects.toMatchObject({
        code: 'E_VECTORS',
        message: expect.stringMatching(message),
      })
    }
  })

  test('a graph without any is told', async () => {
    await expect(openVectors(dir)).rejects.toMatchObject({ code: 'E_VECTORS', message: /there is no such file/ })
  })
})

describe('vectors of the standard graphs', () => {
  test('name what their folders hold, and all of it', async () => {
    for (const name of await readdir(GRAPHS)) {
      const folder = join(GRAPHS, name)
      if (!existsSync(join(folder, VECTORS_FILE))) continue
      const held = (await readdir(join(folder, 'vectors'))).map((file) => `vectors/${file}`)
      expect([name, held.sort()]).toEqual([name, filesOf(await openVectors(folder)).sort()])
    }
  })

  test('of chain-stats say what a plain computation says', async () => {
    for (const { headers, startHeight = 0, height, state, log } of await openVectors(join(GRAPHS, 'chain-stats'))) {
      const bytes = await readFile(join(GRAPHS, 'chain-stats', headers!))
      const last = height ?? startHeight + bytes.length / HEADER_BYTES - 1
      const taken = Array.from({ length: last - startHeight + 1 }, (_, i) => {
        const header = decodeHeader(bytes, i * HEADER_BYTES)
        return { height: startHeight + i, hash: headerHash(header), header }
      })
      const plain = plainStatistics(taken, 2016)
      expect(Object.values(state!)).toEqual(plain.own)
      if (log !== undefined) {
        const packed = log.map((entry) =>
          Object.values(entry).reduce((sum, value, i) => sum + (value << BigInt(32 * i)), 0n),
        )
        expect(packed).toEqual(plain.log)
      }
    }
  })

  test('of difficulty-falls say what the headers say', async () => {
    const folder = join(GRAPHS, 'difficulty-falls')
    for (const { headers, outputs } of await openVectors(folder)) {
      const bytes = await readFile(join(folder, headers!))
      const at = (place: number) => decodeHeader(bytes, place * HEADER_BYTES)
      const [first, last] = [at(0).time, at(2015).time]
      const long = last - first > 1_209_600 ? 1n : 0n
      const said = { long, first: BigInt(first), last: BigInt(last), bits: BigInt(at(0).bits) }
      if (outputs !== undefined) expect(outputs).toEqual(said)
    }
  })

  test('of payments say what a plain parser says', async () => {
    const folder = join(GRAPHS, 'payments')
    for (const { blocks, script, txids, outputs } of await openVectors(folder)) {
      const { transactions } = block(await readFile(join(folder, blocks![0]!)))
      const paid = transactions
        .filter((one) => txids === undefined || txids.includes(toDisplay(transactionId(one))))
        .map((one) => plainPayments(strippedBytes(one), hexToBytes(script!))!)
        .filter((one) => one.outputs > 0n)
      const said = {
        transactions: BigInt(paid.length),
        outputs: paid.reduce((all, one) => all + one.outputs, 0n),
        satoshis: paid.reduce((all, one) => all + one.sum, 0n),
      }
      expect(said).toEqual(outputs ?? { transactions: 0n, outputs: 0n, satoshis: 0n })
    }
  })

  test('are of every standard graph', async () => {
    for (const name of await readdir(GRAPHS))
      expect([name, existsSync(join(GRAPHS, name, VECTORS_FILE))]).toEqual([name, true])
  })

  test('of digits say what an independent program says', async () => {
    const names = ['digit', 'image', ...Array.from({ length: 10 }, (_, k) => `score${k}`)]
    for (const { input, outputs } of await openVectors(join(GRAPHS, 'digits'))) {
      const says = digitOutputs(await readFile(join(GRAPHS, 'digits', input!)))
      const all = Object.fromEntries(names.map((name, i) => [name, BigInt(says[i]!)]))
      expect(all).toMatchObject(outputs!)
    }
  })
})
