import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GraphWatch } from '../../src/compute/io/index.ts'
import { SMALL_CIRCUIT, SMALL_VECTORS, writeSmallGraph } from '../support/small-graph.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-watch-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Rounds of a watch as they end, each in a word. */
function rounds(watch: GraphWatch) {
  const told: string[] = []
  let wake = Promise.withResolvers<void>()
  const tell = (what: string) => {
    told.push(what)
    wake.resolve()
  }
  watch.events.on('tested', ({ outcomes }) =>
    tell(outcomes.map(({ outcome }) => (outcome.ok ? 'ok' : outcome.detail)).join(', ')),
  )
  watch.events.on('failed', ({ code, message }) => tell(`${code} ${message}`))
  return async (what: RegExp): Promise<void> => {
    while (!told.some((one) => what.test(one))) {
      wake = Promise.withResolvers<void>()
      await wake.promise
    }
    told.length = 0
  }
}

test('a graph is compiled and run again whenever it is saved, and what is wrong is told by file and line', async () => {
  const folder = await writeSmallGraph(join(dir, 'graph'))
  const save = (path: string, text: string) => writeFile(join(folder, path), text)
  const watch = new GraphWatch(folder)
  const until = rounds(watch)
  await watch.start()
  await until(/^ok, ok$/)
  await save('small.circom', SMALL_CIRCUIT.replace('Times(3)', 'Times(4)'))
  await until(/^sum is 32, not 24, ok$/)
  await save('small.circom', SMALL_CIRCUIT.replace('times.in <==', 'times.im <=='))
  await until(/^E_CIRCUIT small\.circom does not compile: .*small\.circom:9:5/s)
  await save('graph.yaml', 'version: 2')
  await until(/^E_MANIFEST .*graph\.yaml: line 1, column 10/)
  await writeSmallGraph(folder, { 'graph.test.yaml': SMALL_VECTORS.replace('sum: 24', 'sum: 25') })
  await until(/^sum is 24, not 25, ok$/)
  // In a folder of it too.
  await save('parts/times.circom', 'pragma circom 2.1.6;')
  await until(/^E_CIRCUIT .*small\.circom:8:23/s)
  await watch.stop()
  await watch.ended()
})

test('a folder that is not there cannot be watched', async () => {
  await expect(new GraphWatch(join(dir, 'none')).start()).rejects.toMatchObject({
    code: 'E_MANIFEST',
    message: /is no folder/,
  })
})
