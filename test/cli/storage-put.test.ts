import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runInProcess } from '../support/in-process.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const answer = z.strictObject({
  valid: z.literal(true),
  id: hash,
  files: z.int(),
  bytes: z.int(),
  blobs: z.array(z.strictObject({ id: hash, length: z.int(), chunks: z.int() })),
  chunks: z.int(),
  burn: z.int(),
  seconds: z.strictObject({ encoding: z.number(), blocks: z.number(), fetching: z.number(), total: z.number() }),
})

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-put-test-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function put(...argv: string[]) {
  return await runInProcess(['storage', 'put', ...argv])
}

describe('wsc storage put --dry-run', () => {
  it('tells blobs, ids and price of a folder, the same for the same folder', async () => {
    await mkdir(join(dir, 'site/img'), { recursive: true })
    await writeFile(join(dir, 'site/index.html'), '<p>hello</p>')
    await writeFile(join(dir, 'site/img/a.bin'), new Uint8Array(300_000))
    const one = await put(join(dir, 'site'), '--dry-run', '--network', 'mainnet', '--json')
    expect([one.exit, one.stderr]).toEqual([0, expect.not.stringContaining('error')])
    const told = answer.parse(JSON.parse(one.stdout))
    expect(told).toMatchObject({ files: 2, bytes: 300_012, chunks: 5, burn: 50, id: told.blobs.at(-1)!.id })
    expect(told.blobs.map(({ chunks }) => chunks)).toEqual([4, 1])
    const again = await put(join(dir, 'site'), '--dry-run', '--network', 'regtest')
    expect(again.exit).toBe(0)
    expect(again.stdout).toContain(`id        ${told.id}`)
    expect(again.stdout).toContain('price     0 satoshis to be burned for 5 chunks, and the fees of 2 records')
    expect(again.stdout).toContain(' bytes, 1 chunk\n')
    // On regtest a block comes when it is wanted.
    expect(again.stdout).toMatch(/^time: about [^,]* of encoding, [^,]* of fetching\), and a block$/m)
    expect(told.seconds.blocks).toBe(600)
  })

  it('refuses links by name, and sends nothing', async () => {
    await symlink('/etc/hostname', join(dir, 'link'))
    const refused = await put(dir, '--dry-run', '--json')
    expect([refused.exit, JSON.parse(refused.stdout)]).toMatchObject([1, { valid: false, reason: 'link' }])
    // Nothing listens at this port: without --dry-run a node is needed.
    const node = ['--rpc', 'http://127.0.0.1:1', '--rpc-cookie', join(dir, 'no-cookie')]
    expect(await put(dir, ...node)).toMatchObject({ exit: 2, stderr: expect.stringContaining('E_NODE_UNREACHABLE') })
    expect(await put(join(dir, 'missing'), ...node)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('missing: there is no such file (E_USAGE)'),
    })
    expect(await put(dir, '--peer', 'nobody', ...node)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('nobody is no address of a peer'),
    })
    expect(await put(join(dir, 'missing'), '--dry-run')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('E_IO'),
    })
  })
})
