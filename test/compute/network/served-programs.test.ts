import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { regtest } from '../../../src/bitcoin/index.ts'
import type { Program } from '../../../src/compute/io/open-program.ts'
import { servedProgram } from '../../../src/compute/io/service/served-programs.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import { kernel } from '../../storage/kernels.ts'
import { readsNothing } from './compute-scene.ts'

/** What is asked of a program here is its manifest. */
function programOf(name: string): Program {
  const read = readManifest(readFileSync(new URL(`../../../graphs/${name}/graph.yaml`, import.meta.url)))
  if (!read.ok) throw new Error(read.detail)
  const verifier = { info: {} }
  return { kind: read.manifest.program.kind, id: new Uint8Array(32), manifest: read.manifest, verifier } as never
}

const inscriptions = { index: { tip: null, hashAt: async () => null, query: () => expect.fail() } }
const queue = new LocalQueue(async () => new Uint8Array())
const parts = {
  jobs: new SharedJobs(queue),
  kernel,
  params: regtest,
  inscriptions,
  reading: readsNothing,
}
afterAll(() => queue.stop())

describe('a program of the compute network', () => {
  it.each(['chain-stats', 'digits', 'difficulty-falls', 'payments', 'records'])('is served: %s', (name) => {
    expect(servedProgram(programOf(name), parts)).toMatchObject({ name })
  })
})
