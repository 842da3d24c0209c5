import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeBundle, encodeBundle } from '../../src/compute/bundle/bundle.ts'
import { auditBundle, compileGraph, makeBundle, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { unpackBundle } from '../../src/compute/io/open-bundle.ts'
import { readBundled } from '../../src/compute/io/open-program.ts'
import { bytesToHex, equalBytes } from '../../src/lib/index.ts'

/** Every standard graph: bundled from its folder, built anew elsewhere to the same id, and to another with another constant. */
const GRAPHS = fileURLToPath(new URL('../../graphs', import.meta.url))

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-graph-audit-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const programOf = async (folder: string) => await setUpGraph(await compileGraph(await readGraph(folder)))

const OF_LIBRARY = 'packages/wsc-bitcoin/circuits/compute'
/** A constant of each: the file of its bundle that has it, and what it is changed from and to. */
const CONSTANTS: Readonly<Record<string, readonly [file: string, from: string, to: string]>> = {
  airdrop: [`${OF_LIBRARY}/airdrop.circom`, 'return 99;', 'return 98;'],
  'block-times': ['graph/block-times.circom', 'before[0] - 35', 'before[0] - 34'],
  'chain-stats': ['graph/chain-stats.circom', 'Statistics(2016', 'Statistics(2015'],
  'difficulty-falls': ['graph/difficulty-falls.circom', '1209600', '1209601'],
  digits: ['graph/weights.circom', 'return [21,', 'return [22,'],
  'digits-cnn': ['graph/weights.circom', 'return [185,', 'return [186,'],
  'digits-private-image': ['graph/weights.circom', 'return [21,', 'return [22,'],
  'digits-private-model': ['graph/digits-private-model.circom', 'RequantisedRelu(25, 12)', 'RequantisedRelu(25, 11)'],
  'header-count': ['graph/header-count.circom', 'before[0] + 1;', 'before[0] + 2;'],
  payments: [`${OF_LIBRARY}/payments.circom`, 'return 67;', 'return 68;'],
  records: [`${OF_LIBRARY}/record-state.circom`, 'return 66;', 'return 67;'],
}

test('the standard graphs are reproduced on another path, and a changed constant changes them', async () => {
  for (const name of await readdir(GRAPHS)) {
    const program = await programOf(join(GRAPHS, name))
    const bytes = await makeBundle(program)
    const id = bytesToHex(program.id)
    expect([name, await auditBundle(bytes, { program: program.id })]).toMatchObject([name, { ok: true }])

    const copy = join(dir, name)
    await cp(join(GRAPHS, name), copy, { recursive: true })
    const copied = await programOf(copy)
    expect([name, bytesToHex(copied.id)]).toEqual([name, id])
    expect(equalBytes(await makeBundle(copied), bytes)).toBe(true)
    console.log(`${name}: program ${id}, ${bytes.length} bytes`)

    const [path, from, to] = CONSTANTS[name] ?? ['', '', '']
    const read = decodeBundle(bytes)
    if (!read.ok) throw new Error(read.detail)
    const files = read.bundle.files.map((file) => {
      if (file.path !== path) return file
      const source = new TextDecoder().decode(file.bytes)
      expect([name, source.includes(from)]).toEqual([name, true])
      return { path, bytes: new TextEncoder().encode(source.replace(from, to)) }
    })
    const forged = { ...read.bundle, files }
    expect([name, await auditBundle(encodeBundle(forged))]).toMatchObject([name, { reject: 'circuit-differs' }])
    const unpacked = join(dir, `forged-${name}`)
    await mkdir(unpacked)
    await unpackBundle(forged, unpacked)
    const other = await setUpGraph(await compileGraph(await readBundled(unpacked, join(unpacked, 'cache'))))
    expect([name, bytesToHex(other.id)]).not.toEqual([name, id])
  }
}, 3_600_000)
