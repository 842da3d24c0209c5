import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileDestination } from '../../src/cli/graph-place.ts'
import { SMALL_MANIFEST, writeSmallGraph } from '../support/small-graph.ts'

test('results go to the file that a manifest names, within its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-destination-'))
  try {
    await writeSmallGraph(folder)
    expect(await fileDestination(folder)).toBeNull()
    const named = `${SMALL_MANIFEST}dataDestinations:\n  - kind: inscription\n  - { kind: file, path: out/small.result }\n`
    await writeSmallGraph(folder, { 'graph.yaml': named })
    expect(await fileDestination(folder)).toBe(join(folder, 'out/small.result'))
    await writeSmallGraph(folder, { 'graph.yaml': named.replace('out/', '../') })
    await expect(fileDestination(folder)).rejects.toMatchObject({ code: 'E_MANIFEST' })
  } finally {
    await rm(folder, { recursive: true })
  }
})
