import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-gateway-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Runs a gateway, and ends it after what is done once it listens. */
async function gateway(argv: readonly string[], whileItListens: (stdout: string) => Promise<void>) {
  const controller = new AbortController()
  let stdout = ''
  let stderr = ''
  let work: Promise<void> | null = null
  const write = (text: string) => {
    stdout += text
    if (stdout.includes('listening')) work ??= whileItListens(stdout).finally(() => controller.abort())
  }
  const own = ['--network', 'regtest', '--storage-dir', join(dir, 'state'), '--listen', '127.0.0.1:0']
  const exit = await runCli(['storage', 'gateway', ...own, ...argv], '0.0.0', {
    terminal: openTerminal({ write }, { write: (text) => (stderr += text) }),
    env: {},
    signal: controller.signal,
    clock: () => 0,
  })
  await work
  return { exit, stdout, stderr }
}

const added = z.strictObject({ added: z.string(), uri: z.string(), urls: z.array(z.string()) })

describe('wsc storage gateway --add', () => {
  it('tells the addresses that a browser opens, and how paths are formed', async () => {
    const page = join(dir, 'page.html')
    await writeFile(page, '<p>here</p>')
    const run = await gateway(['--no-node', '--add', page, '--json'], async (stdout) => {
      const { uri, urls } = added.parse(JSON.parse(stdout.split('\n')[0] as string))
      const [own, byPath] = urls as [string, string]
      expect(own).toMatch(/^http:\/\/[a-z2-7]{52}\.localhost:[0-9]+\/$/)
      expect(byPath.endsWith(`/web3/${uri.slice('web3://'.length)}`)).toBe(true)
      const answer = await fetch(byPath)
      expect([answer.status, await answer.text()]).toEqual([200, '<p>here</p>'])
      expect(await (await fetch(new URL('/', byPath))).json()).toMatchObject({
        error: 'no-such-path',
        detail: expect.stringContaining('/web3/ID:3669344250/PATH'),
      })
    })
    expect(run.exit).toBe(130)
    const lines = await gateway(['--no-node', '--add', page], async () => undefined)
    expect(lines.stdout).toMatch(
      /^\S+page.html {2}web3:\/\/.*\n {2}http:.*\.localhost:.*\n {2}http:.*\/web3\/.*\nlistening/,
    )
  })

  it('looks at files and addresses before a node is asked', async () => {
    const node = ['--rpc', 'http://127.0.0.1:1', '--rpc-cookie', join(dir, 'no-cookie')]
    const begun = async () => undefined
    const missing = await gateway(['--add', join(dir, 'missing'), ...node], begun)
    expect(missing).toMatchObject({ exit: 2, stderr: expect.stringContaining('there is no such file (E_USAGE)') })
    const peer = await gateway(['--peer', 'nobody', ...node], begun)
    expect(peer).toMatchObject({ exit: 2, stderr: expect.stringContaining('nobody is no address of a peer') })
  })
})
