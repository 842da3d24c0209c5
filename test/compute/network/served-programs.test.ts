import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { regtest } from '../../../src/bitcoin/index.ts'
import type { Program } from '../../../src/compute/io/open-program.ts'
import { jobProver } from '../../../src/compute/io/queue/prove-job.ts'
import { servedProgram } from '../../../src/compute/io/service/served-programs.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import { kernel } from '../../storage/kernels.ts'

/** What is asked of a program here is its manifest. */
function programOf(name: string): Program {
  const read = readManifest(readFileSync(new URL(`../../../graphs/${name}/graph.yaml`, import.meta.url)))
  if (!read.ok) throw new Error(read.detail)
  const verifier = { info: {} }
  return { kind: read.manifest.program.kind, id: new Uint8Array(32), manifest: read.manifest, verifier } as never
}

const inscriptions = { index: { tip: null, hashAt: async () => null, query: () => expect.fail() } }
const parts = { queue: new LocalQueue(async () => new Uint8Array()), kernel, params: regtest, inscriptions }
const { signal } = new AbortController()
afterAll(() => parts.queue.stop())

describe('a program of the compute network', () => {
  it.each(['chain-stats', 'digits'])('is served: %s', (name) => {
    expect(servedProgram(programOf(name), parts)).toMatchObject({ name })
  })

  it.each([
    ['difficulty-falls', 'opens headers of the history'],
    ['payments', 'counts transactions'],
  ])('is refused by name: %s', async (name, why) => {
    const program = programOf(name)
    expect(() => servedProgram(program, parts)).toThrow(
      expect.objectContaining({ code: 'E_PROGRAM', message: expect.stringContaining(`${name} ${why}`) }),
    )
  })

  it('is not proved by a worker either where it opens headers of the history', async () => {
    const prove = jobProver({ open: async () => programOf('difficulty-falls'), withHeaders: async () => expect.fail() })
    const job = { id: '00', program: '00', kind: 'circuit', height: 2015, blockHash: '00' } as const
    await expect(prove({ ...job, inputs: [], priority: 0, attempts: 1 }, signal)).rejects.toMatchObject({
      code: 'E_JOB',
      message: expect.stringContaining('difficulty-falls opens headers'),
    })
  })
})
