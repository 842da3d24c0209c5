import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { regtest, signet } from '../../src/bitcoin/index.ts'
import { openStore } from '../../src/settlement/io/index.ts'
import { JobStore } from '../../src/settlement/io/inscriber/job.ts'

it('jobs name their network, and are refused to another', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'wsc-jobs-'))
  const store = await openStore(dir)
  onTestFinished(async () => {
    await store.close()
    await rm(dir, { recursive: true })
  })
  expect(await new JobStore(store, regtest).list()).toEqual([])
  expect(await new JobStore(store, regtest).get('ab'.repeat(32))).toBeNull()
  const other = new JobStore(store, signet)
  await expect(other.list()).rejects.toMatchObject({ code: 'E_STORE', message: /another network.*settlement-dir/ })
  await expect(other.get('ab'.repeat(32))).rejects.toMatchObject({ code: 'E_STORE' })
})
