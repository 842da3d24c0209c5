import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { regtest } from '../../../src/bitcoin/index.ts'
import { BitcoindClient } from '../../../src/bitcoin/io/index.ts'
import { historyStart, openStoredHistory } from '../../../src/bus/io/index.ts'
import type { Program } from '../../../src/compute/io/open-program.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { type ComputeNodeOptions, openComputeNode } from '../../../src/node/compute-node.ts'
import { storageParams } from '../../../storage/index.ts'
import { kernel } from '../../storage/kernels.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-open-node-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** What is asked of a program here is its manifest. */
function programOf(name: string): Program {
  const read = readManifest(readFileSync(new URL(`../../../graphs/${name}/graph.yaml`, import.meta.url)))
  if (!read.ok) throw new Error(read.detail)
  const { manifest } = read
  return { kind: manifest.program.kind, id: new Uint8Array(32), manifest, verifier: { info: {} } } as never
}

const client = new BitcoindClient({ url: 'http://127.0.0.1:9' })
afterAll(() => client.close())

const open = (name: string, more: Partial<ComputeNodeOptions> = {}) =>
  openComputeNode({
    ...{ client, storage: storageParams(regtest), programs: [programOf(name)], folder },
    ...{ identityFile: join(folder, 'peer.json'), ...more },
  })

const inscribing = () => ({
  wallet: { publicKey: new Uint8Array(32) } as never,
  ...{ budget: 1_000n, requestBudget: 0n, settlement: folder },
})

/** Opens both histories of a node's folder, which it can do where nobody has them. */
async function requireUnheld(): Promise<void> {
  for (const place of ['history', join('results-index', 'history')]) {
    const history = await openStoredHistory(join(folder, place), regtest, historyStart(regtest), kernel)
    await history.close()
  }
}

it('a node whose ledger of what it spent is damaged holds no history', async () => {
  await writeFile(join(folder, 'results-spent.json'), '{')
  await expect(open('chain-stats', { inscribing: inscribing() })).rejects.toMatchObject({ code: 'E_STORE' })
  await requireUnheld()
})

it('a node whose history cannot be opened does not hold that of the results', async () => {
  await mkdir(join(folder, 'results-index'))
  await writeFile(join(folder, 'history'), 'no folder')
  await expect(open('chain-stats', { inscribing: inscribing() })).rejects.toMatchObject({ code: 'EEXIST' })
  await rm(join(folder, 'history'))
  await requireUnheld()
})
