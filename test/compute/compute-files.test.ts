import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readComputeStatus } from '../../src/compute/io/index.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-compute-files-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('a node that has not run is told from one whose file is damaged', async () => {
  expect(await readComputeStatus(dir)).toBeNull()
  const about = { height: 9, blockHash: '00'.repeat(32), key: '11'.repeat(32), registered: 2, programs: [] }
  const write = async (text: string) => await writeFile(join(dir, 'status.json'), text)
  await write(JSON.stringify({ format: 1, ...about }))
  expect(await readComputeStatus(dir)).toEqual({ format: 1, ...about })
  for (const text of ['{', JSON.stringify({ format: 2, ...about })]) {
    await write(text)
    await expect(readComputeStatus(dir)).rejects.toMatchObject({ code: 'E_STORE', cure: { act: 'status-anew' } })
  }
})
