import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { encodeHeader, toDisplay } from '../../src/bitcoin/index.ts'
import { startWsc, wsc } from '../support/wsc.ts'

/** The whole way, by the command line: real node, real engine, real proofs. */
let dir: string
let node: RegtestBitcoind
let key: string
let env: Record<string, string>

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-bus-'))
  node = await RegtestBitcoind.start()
  await node.mine(25)
  env = { WSC_NETWORK: 'regtest', WSC_RPC: node.url, WSC_RPC_COOKIE: node.auth.file, XDG_DATA_HOME: join(dir, 'data') }
  const made = await wsc(['setup', '--json'], env)
  expect(made.stderr).not.toContain('wsc:')
  key = (JSON.parse(made.stdout) as { key: string }).key
}, 600_000)
afterAll(async () => {
  await node.stop()
  await rm(dir, { recursive: true, force: true })
})

const file = (name: string) => join(dir, name)
const verify = async (name: string, ...more: string[]) => {
  const run = await wsc(['bus', 'verify', file(name), '--key', key, '--json', ...more], env)
  return { exit: run.exit, ...(JSON.parse(run.stdout) as Record<string, unknown>) }
}
const tip = async () => {
  const { height, hash } = await node.client.getBestBlock()
  return { height, tip: toDisplay(hash) }
}
const headerFile = async () => {
  const placed = await node.client.getHeaders(0, 2000)
  await writeFile(file('headers.bin'), Buffer.concat(placed.map(({ header }) => encodeHeader(header))))
  return file('headers.bin')
}

describe('wsc bus', () => {
  it('proves and verifies a node’s chain, and refuses what is not that proof', async () => {
    const run = await wsc(['bus', 'prove', '--out', file('a.proof'), '--json'], env)
    expect(run.stderr).toContain('INSECURE-DEV')
    expect(run.exit).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ valid: true, ...(await tip()) })
    expect(await verify('a.proof')).toMatchObject({
      exit: 0,
      ...(await tip()),
      steps: 13,
      anchor: null,
      setup: 'insecure-dev',
      pow: 'weak',
      chainwork: (26 * 2).toString(16),
    })
    const bytes = await readFile(file('a.proof'))
    expect(bytes.length).toBe(8_089)
    expect(await verify('a.proof', '--network', 'mainnet')).toMatchObject({ exit: 1, reason: 'wrong-network' })
    expect(await verify('a.proof', '--min-work', '35')).toMatchObject({ exit: 1, reason: 'too-little-work' })
    await writeFile(file('cut.proof'), bytes.subarray(0, 5000))
    expect(await verify('cut.proof')).toMatchObject({ exit: 1, reason: 'truncated' })
    await writeFile(file('long.proof'), Buffer.concat([bytes, bytes]))
    expect(await verify('long.proof')).toMatchObject({ exit: 1, reason: 'oversized' })
    const flipped = Buffer.from(bytes)
    flipped[7000] = (flipped[7000] as number) ^ 4
    await writeFile(file('flipped.proof'), flipped)
    expect(await verify('flipped.proof')).toMatchObject({ exit: 1, reason: 'damaged' })
  })

  it('proves from an anchor, and demands it again', async () => {
    const headers = await headerFile()
    const anchor = file('anchor.json')
    const made = await wsc(
      ['bus', 'anchor', '--headers', headers, '--start-height', '0', '--at', '20', '--out', anchor],
      env,
    )
    expect(made.exit).toBe(0)
    const run = await wsc(
      ['bus', 'prove', '--headers', headers, '--anchor', anchor, '--to', '25', '--out', file('b.proof')],
      env,
    )
    expect([run.exit, run.stderr]).toEqual([0, expect.any(String)])
    expect(await verify('b.proof', '--anchor', anchor)).toMatchObject({
      exit: 0,
      height: 25,
      anchor: { height: 20 },
      workSinceAnchor: (5 * 2).toString(16),
    })
    expect(await verify('b.proof')).toMatchObject({ exit: 1, reason: 'wrong-start' })
    expect(await verify('a.proof', '--anchor', anchor)).toMatchObject({ exit: 1, reason: 'wrong-start' })
  })

  it('survives kill -9 and interrupts', async () => {
    await node.mine(60)
    const data = ['--data-dir', file('killed')]
    let interrupted = 0
    for (const [signal, ms] of [
      ['SIGKILL', 4000],
      ['SIGINT', 6000],
      ['SIGKILL', 7000],
    ] as const) {
      const run = startWsc(['bus', 'prove', '--out', file('k.proof'), ...data], env)
      await delay(ms)
      run.child.kill(signal)
      const { exit } = await run.done
      if (exit === 130) interrupted++
    }
    const status = await wsc(['bus', 'status', '--json', ...data], env)
    expect(status.exit).toBe(0)
    if (interrupted > 0) expect((JSON.parse(status.stdout) as { checkpoints: unknown[] }).checkpoints).not.toEqual([])
    expect((await wsc(['bus', 'prove', '--out', file('k.proof'), ...data], env)).exit).toBe(0)
    expect(await verify('k.proof')).toMatchObject({ exit: 0, ...(await tip()) })
  })

  it('follows the node through blocks and a reorg, alone in its directory, and hands the work on', async () => {
    const run = startWsc(['bus', 'follow', '--out', file('f.proof'), '--json'], env)
    try {
      await run.line('"valid":true')
      expect(await verify('f.proof')).toMatchObject({ exit: 0, ...(await tip()) })
      await node.mine(1)
      const block = await tip()
      await run.line(block.tip)
      expect(await verify('f.proof')).toMatchObject({ exit: 0, ...block })

      const second = await wsc(['bus', 'prove', '--out', file('x.proof')], env)
      expect([second.exit, second.stderr]).toEqual([2, expect.stringContaining('E_LOCKED')])

      await node.reorg(3)
      const branch = await tip()
      await run.line(branch.tip)
      expect(await verify('f.proof')).toMatchObject({ exit: 0, ...branch })
    } finally {
      run.child.kill('SIGINT')
    }
    expect((await run.done).exit).toBe(130)

    expect((await wsc(['bus', 'checkpoint', 'export', file('work')], env)).exit).toBe(0)
    const elsewhere = ['--data-dir', file('elsewhere')]
    expect((await wsc(['bus', 'checkpoint', 'import', file('work'), ...elsewhere], env)).exit).toBe(0)
    const bytes = await readFile(file('work'))
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    await writeFile(file('damaged'), bytes)
    expect((await wsc(['bus', 'checkpoint', 'import', file('damaged'), ...elsewhere], env)).exit).toBe(1)
    const proved = await wsc(['bus', 'prove', '--out', file('e.proof'), ...elsewhere], env)
    expect(proved.exit).toBe(0)
    expect(await readFile(file('e.proof'))).toHaveLength((await stat(file('f.proof'))).size)
    expect(await verify('e.proof')).toMatchObject({ exit: 0, ...(await tip()) })
  })

  it('cannot judge without a node, or with one of another network', async () => {
    const away = await wsc(['bus', 'prove', '--rpc', 'http://127.0.0.1:1', '--out', file('n.proof')], env)
    expect([away.exit, away.stderr]).toEqual([2, expect.stringContaining('E_NODE_UNREACHABLE')])
    const other = await wsc(
      ['bus', 'prove', '--network', 'mainnet', '--insecure-dev-setup', '--out', file('n.proof')],
      env,
    )
    expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining('E_NODE_WRONG_NETWORK')])
    await expect(stat(file('n.proof'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
