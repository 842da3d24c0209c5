import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryWire, requireNoEntries } from '../../src/compute/io/entry-wire.ts'
import type { CompiledStream } from '../../src/compute/io/open-program.ts'
import { standardManifest } from './standard-manifest.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-entry-wire-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A graph of 11 slots, of whose circuit nothing is known but the table of signals. */
async function graphOf(...signals: string[]): Promise<CompiledStream> {
  const sym = join(folder, 'circuit.sym')
  await writeFile(sym, `${signals.join('\n')}\n`)
  return { circuit: { sym }, slots: 11, manifest: standardManifest() } as unknown as CompiledStream
}

test('the entry of a step is the sum after its last slot', async () => {
  const graph = await graphOf('1,1,40,main.next[0]', '30,21,40,main.entry[1]', '40,31,40,main.entry[11]')
  expect(await entryWire(graph)).toBe(31)
})

test('a program that makes none, though its manifest has a log, is told so', async () => {
  const solved = await graphOf('1,1,40,main.next[0]', '40,-1,40,main.entry[11]')
  await expect(entryWire(solved)).rejects.toMatchObject({
    code: 'E_PROGRAM',
    message: expect.stringContaining('makes no entry'),
  })
})

test('a program that makes entries, though its manifest has no log, is refused', async () => {
  const graph = await graphOf('40,31,40,main.entry[11]')
  const { log: _, ...program } = graph.manifest.program
  const silent = { ...graph, manifest: { ...graph.manifest, program } }
  await expect(requireNoEntries(silent)).rejects.toMatchObject({
    code: 'E_PROGRAM',
    message: expect.stringContaining('makes entries, and the manifest has no log'),
  })
  await requireNoEntries(graph)
  await requireNoEntries({ ...silent, ...{ circuit: (await graphOf('40,-1,40,main.entry[11]')).circuit } })
})
