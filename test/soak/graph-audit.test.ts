import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeBundle, encodeBundle } from '../../src/compute/bundle/bundle.ts'
import { auditBundle, compileGraph, makeBundle, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { inspectCircom } from '../../src/proving/io/index.ts'

/** Every standard graph: bundled from its folder, built anew elsewhere to the same id, and to another with another constant. */
const GRAPHS = fileURLToPath(new URL('../../graphs', import.meta.url))

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-graph-audit-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const programOf = async (folder: string) => await setUpGraph(await compileGraph(await readGraph(folder)))

/** A constant of each: the file that has it, and what it is changed from and to. */
const CONSTANTS: Readonly<Record<string, readonly [file: string, from: string, to: string]>> = {
  'chain-stats': ['chain-stats.circom', 'Statistics(2016', 'Statistics(2015'],
  digits: ['weights.circom', 'return [21,', 'return [22,'],
}

test('the standard graphs are reproduced on another path, and a changed constant changes them', async () => {
  for (const name of await readdir(GRAPHS)) {
    const program = await programOf(join(GRAPHS, name))
    const bytes = await makeBundle(program)
    const audited = await auditBundle(bytes, { program: program.id })
    expect([name, audited]).toMatchObject([name, { ok: true }])
    expect(await inspectCircom(join(GRAPHS, name, program.manifest.program.circuit))).toEqual([])

    const other = join(dir, name)
    await cp(join(GRAPHS, name), other, { recursive: true })
    const copied = await programOf(other)
    expect([name, bytesToHex(copied.id)]).toEqual([name, bytesToHex(program.id)])
    expect(bytesToHex(await makeBundle(copied))).toBe(bytesToHex(bytes))
    console.log(`${name}: program ${bytesToHex(program.id)}, ${bytes.length} bytes`)

    const [file, from, to] = CONSTANTS[name] ?? ['', '', '']
    const source = await readFile(join(other, file), 'utf8')
    const changed = source.replace(from, to)
    expect([name, changed === source]).toEqual([name, false])
    await writeFile(join(other, file), changed)
    const made = await makeBundle(await programOf(other))
    expect(await auditBundle(made, { program: program.id })).toMatchObject({ ok: false, reject: 'wrong-program' })
    const read = decodeBundle(bytes)
    if (!read.ok) throw new Error(read.detail)
    const files = read.bundle.files.map(({ path, bytes }) =>
      path === `graph/${file}` ? { path, bytes: new TextEncoder().encode(changed) } : { path, bytes },
    )
    const forged = encodeBundle({ ...read.bundle, files })
    expect(await auditBundle(forged)).toMatchObject({ ok: false, reject: 'circuit-differs' })
  }
}, 3_600_000)
