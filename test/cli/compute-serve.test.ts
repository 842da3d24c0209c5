import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

async function serve(...argv: string[]) {
  let stderr = ''
  const exit = await runCli(['compute', 'serve', '--graph', 'nowhere', '--network', 'regtest', ...argv], '0.0.0', {
    terminal: openTerminal({ write: () => true }, { write: (text) => (stderr += text) }),
    env: {},
    signal: new AbortController().signal,
    clock: () => 1_800_000_000_000,
  })
  return { exit, stderr }
}

test('proofs at a time are for workers to say where there is a queue', async () => {
  const { exit, stderr } = await serve('--at-once', '2', '--queue', 'redis://127.0.0.1:6379')
  expect(exit).toBe(2)
  expect(stderr).toContain('--at-once is for proofs of this process')
  expect((await serve('--at-once', '2', '--rpc-cookie', 'nowhere')).stderr).not.toContain('--at-once')
})
