import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { CheckpointStore } from '../../src/bus/io/prover/checkpoint-store.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { mineChain } from './chain-fixture.ts'
import { poseidon } from './poseidon-reference.ts'

/** A real disk of 20 MB. Mounting one takes root; CI has it. */
const dir = await mkdtemp(join(tmpdir(), 'wsc-tmpfs-'))
let mounted = false
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', dir], { stdio: 'pipe' })
  mounted = true
} catch (error) {
  console.error(`full disk: skipped, a tmpfs cannot be mounted here: ${(error as Error).message}`)
}
const chain = mineChain(4)
const owner = { params: 'p', start: 's', keyId: 'key' }
/** The size of a real saved fold. */
const fold = new Uint8Array(8_000_000).fill(3)

describe.skipIf(!mounted)('a full disk', () => {
  beforeAll(() => expect(mounted).toBe(true))
  afterAll(async () => {
    execFileSync('umount', [dir])
    await rm(dir, { recursive: true, force: true })
  })

  it('is told by its code, and what was saved before is intact', async () => {
    const open = () => CheckpointStore.open({ dir: join(dir, 'data'), owner, params: regtest, poseidon })
    const store = await open()
    const save = (i: number) => store.save(chain.states[i] as ChainState, i + 1, fold)
    await save(0)
    await save(1)
    await expect(save(2)).rejects.toMatchObject({ code: 'E_DISK_FULL', message: expect.stringContaining('no space') })
    await store.close()

    const again = await open()
    expect(again.list().map(({ height }) => height)).toEqual([2, 1])
    expect(await readdir(join(dir, 'data', 'checkpoints'))).toHaveLength(2)
    for (const entry of again.list()) {
      const loaded = await again.load(entry)
      expect(loaded?.fold.length).toBe(fold.length)
      expect(loaded?.state.context).toEqual((chain.states[entry.height - 1] as ChainState).context)
    }
    await again.close()
  })
})
