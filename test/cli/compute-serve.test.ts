import { expect, test } from 'vitest'
import { runInProcess } from '../support/in-process.ts'

async function serve(...argv: string[]) {
  return await runInProcess(['compute', 'serve', '--graph', 'nowhere', '--network', 'regtest', ...argv], {
    clock: () => 1_800_000_000_000,
  })
}

test('proofs at a time are for workers to say where there is a queue', async () => {
  const { exit, stderr } = await serve('--at-once', '2', '--queue', 'redis://127.0.0.1:6379')
  expect(exit).toBe(2)
  expect(stderr).toContain('--at-once is for proofs of this process')
  expect((await serve('--at-once', '2', '--rpc-cookie', 'nowhere')).stderr).not.toContain('--at-once')
})
