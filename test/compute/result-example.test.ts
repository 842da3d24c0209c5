import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileGraph, graphFolders, readGraph, runCircuit } from '../../src/compute/io/index.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-example-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('the example of docs/graphs.md over results of another graph compiles, and says what the page says', async () => {
  const page = await readFile(new URL('../../docs/graphs.md', import.meta.url), 'utf8')
  const section = page.slice(page.indexOf('### Results of other graphs'))
  const block = (kind: string) => section.split(`\`\`\`${kind}\n`)[1]?.split('```')[0] as string
  await writeFile(join(dir, 'graph.yaml'), block('yaml'))
  await writeFile(join(dir, 'enough.circom'), block('circom'))
  const graph = await compileGraph(await readGraph(dir))
  if (graph.kind !== 'circuit') throw new Error('it is a circuit')
  const bytes = new Uint8Array(100)
  bytes[68] = 100
  const [holds, , count] = await runCircuit(graph, { bytes })
  expect([holds, count]).toEqual([1n, 100n])
  bytes[68] = 99
  expect((await runCircuit(graph, { bytes }))[0]).toBe(0n)
}, 240_000)

test('a graph that came in a bundle is listed by the folder in which it runs confined', async () => {
  const graphs = join(dir, 'graphs')
  await mkdir(join(graphs, 'theirs', 'graph'), { recursive: true })
  await writeFile(join(graphs, 'theirs', 'graph', 'graph.yaml'), '')
  expect(await graphFolders([join(graphs, 'theirs')])).toEqual([join(graphs, 'theirs')])
  expect(await graphFolders([graphs])).toEqual([join(graphs, 'theirs')])
})
