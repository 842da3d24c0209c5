import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Header, regtest } from '../../src/bitcoin/index.ts'
import { applyConfig, insecureAllowed, readConfig, shared } from '../../src/cli/config.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'
import { runInProcess } from '../support/in-process.ts'

const NOW = 1_800_000_000
const chain = mineChain(20)
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-cli-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function wsc(...argv: string[]) {
  return await runInProcess(argv, { env: { XDG_DATA_HOME: join(dir, 'data') }, clock: () => NOW * 1000 })
}

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, bytes)
  return path
}

/** A header found again after a change, so that its work alone is in order. */
const changed = (at: number, change: Partial<Header>) =>
  chain.headers.map((header, i) => (i === at ? { ...header, ...change } : header))

describe('wsc bus prove, on header files', () => {
  const prove = async (bytes: Uint8Array, ...more: string[]) => {
    const headers = await put('headers.bin', bytes)
    const out = join(dir, 'out.proof')
    const result = await wsc('bus', 'prove', '--network', 'regtest', '--headers', headers, '--out', out, ...more)
    await expect(stat(out)).rejects.toMatchObject({ code: 'ENOENT' })
    return result
  }

  it('names the rule and the height of a breach, exits 1 and writes nothing', async () => {
    const file = headerFile(chain.headers)
    const broken = await prove(file.with(80 * 7 + 40, (file[80 * 7 + 40] as number) ^ 1))
    expect(broken.exit).toBe(1)
    expect(broken.stderr).toMatch(/invalid: (high-hash at height 7|bad-prevblk-link at height 8)/)
    expect(broken.stdout).toBe('')

    const trailing = await prove(file.slice(0, -1))
    expect([trailing.exit, trailing.stderr]).toEqual([
      1,
      expect.stringMatching(/bad-length at height 20: .*is this a header file/),
    ])
    const cut = headerFile([...chain.headers.slice(0, 5), ...chain.headers.slice(6)])
    expect((await prove(cut)).stderr).toContain('bad-prevblk-link at height 6')
    const foreign = await prove(file.with(70, (file[70] as number) ^ 1))
    expect([foreign.exit, foreign.stderr]).toEqual([1, expect.stringContaining('bad-genesis at height 0')])
    const bits = await prove(headerFile(changed(3, { bits: 0x207ffffe })))
    expect(bits.exit).toBe(1)
  })

  it('writes JSON alone to stdout', async () => {
    const { exit, stdout } = await prove(headerFile(chain.headers).slice(0, -1), '--json')
    expect(exit).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, reason: 'bad-length', height: 20 })
  })

  it('exits 2 for what it cannot judge', async () => {
    const file = headerFile(chain.headers)
    expect((await prove(file, '--to', '0')).exit).toBe(2)
    expect((await prove(file, '--to', '21')).stderr).toContain('the file ends at 20, --to asks 21')
    expect((await prove(file, '--rpc', 'http://127.0.0.1:1')).stderr).toContain('not both')
    expect((await prove(file, '--to', '-3')).exit).toBe(2)
    expect((await wsc('bus', 'prove', '--network', 'testnet4', '--out', join(dir, 'x'))).stderr).toContain('natively')
    expect((await wsc('bus', 'prove', '--out', join(dir, 'no', 'x'))).stderr).toContain('there is no folder')
    expect((await wsc('bus', 'verify', join(dir, 'none'))).exit).toBe(2)
    expect((await wsc('bus', 'nonsense')).exit).toBe(2)
    expect((await wsc('--help')).exit).toBe(0)
  })
})

describe('help', () => {
  it('is there for every command', () => {
    const told: string[] = []
    const look = (command: Command) => {
      expect(command.helpInformation()).toContain('Usage: ')
      told.push(command.name())
      command.commands.forEach(look)
    }
    look(buildProgram('0', () => async () => undefined))
    expect(told.length).toBeGreaterThan(70)
  })
})

describe('a slip of the command line', () => {
  it('is answered by what was meant', async () => {
    const said = async (...argv: string[]) => {
      const { exit, stderr } = await wsc(...argv)
      expect([argv, exit]).toEqual([argv, 2])
      return stderr
    }
    expect(await said('verify', 'x.proof')).toContain('did you mean: wsc bus verify x.proof')
    expect(await said('nonsense')).not.toContain('did you mean')
    expect(await said('bus', 'verify', 'missing.proof')).toContain('cannot read missing.proof: there is no such file')
    const network = await said('bus', 'verify', 'missing.proof', '--network', 'none.json')
    expect(network).toContain('cannot read none.json, the parameter file of --network: there is no such file')
    const follow = ['bus', 'follow', '--network', 'regtest', '--out', join(dir, 'x'), '--rpc']
    expect(await said(...follow, 'localhost:18443')).toContain('Write http://localhost:18443.')
    const secret = await said(...follow, 'me:hunter2@localhost:18443')
    expect(secret).toContain('Write http://HOST:PORT.')
    expect(secret).not.toContain('hunter2')
  })
})

describe('wsc bus anchor', () => {
  const make = async (...more: string[]) => {
    const headers = await put('headers.bin', headerFile(chain.headers).slice(80 * 0))
    const out = join(dir, 'anchor.json')
    return await wsc('bus', 'anchor', '--headers', headers, '--network', 'regtest', '--out', out, ...more)
  }

  it('makes an anchor file, or says what is missing', async () => {
    expect((await make('--start-height', '0', '--at', '15')).exit).toBe(0)
    expect(JSON.parse(await readFile(join(dir, 'anchor.json'), 'utf8'))).toMatchObject({
      format: 'wsc-anchor-2',
      network: 'regtest',
      height: 15,
    })
    expect((await make('--start-height', '0', '--at', '21')).exit).toBe(2)
    expect((await make('--start-height', '0', '--at', '0')).exit).toBe(2)
    expect((await make('--start-height', '200', '--at', '215')).exit).toBe(2)
  })

  it('refuses a header file that is cut short', async () => {
    const headers = await put('cut.bin', headerFile(chain.headers).slice(0, -1))
    const at = ['--start-height', '0', '--at', '15', '--out', join(dir, 'cut.json')]
    expect(await wsc('bus', 'anchor', '--headers', headers, '--network', 'regtest', ...at)).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(/bad-length at height 20: .*is this a header file/),
    })
  })
})

describe('settings', () => {
  it('from a file name no node elsewhere, no cookie, no key', async () => {
    for (const setting of [
      '"rpc":"http://example.org"',
      '"rpc":"http://127.0.0.1.example.org"',
      '"rpcCookie":"x"',
      '"key":"x"',
    ]) {
      await expect(readConfig(await put('wsc.config.json', `{${setting}}`))).rejects.toMatchObject({ code: 'E_USAGE' })
    }
  })

  it('take the flag before the environment before the file', async () => {
    const path = await put('wsc.config.json', '{"network":"signet","rpc":"http://127.0.0.1:9"}')
    const config = await readConfig(path)
    const read = (argv: string[], env: string | undefined) => {
      const before = process.env.WSC_NETWORK
      if (env === undefined) delete process.env.WSC_NETWORK
      else process.env.WSC_NETWORK = env
      try {
        const command = new Command().addOption(shared.network()).addOption(shared.rpc())
        applyConfig(command, config)
        return command.parse(argv, { from: 'user' }).opts()
      } finally {
        if (before === undefined) delete process.env.WSC_NETWORK
        else process.env.WSC_NETWORK = before
      }
    }
    expect(read([], undefined)).toEqual({ network: 'signet', rpc: 'http://127.0.0.1:9' })
    expect(read([], 'regtest').network).toBe('regtest')
    expect(read(['--network', 'mainnet'], 'regtest').network).toBe('mainnet')
    await expect(readConfig(await put('bad.json', '{"netwrok":"x"}'))).rejects.toMatchObject({ code: 'E_USAGE' })
    await expect(readConfig(await put('bad.json', 'no'))).rejects.toMatchObject({ code: 'E_USAGE' })
    expect(await readConfig(join(dir, 'none'))).toEqual({})
  })

  it('from a bad file stop no command that would take nothing from it', async () => {
    await put('wsc.config.json', '{"netwrok":"x"}')
    const before = process.cwd()
    process.chdir(dir)
    try {
      for (const argv of [
        ['bus', 'verify', 'none.proof'],
        ['check', 'none.attestation', '--proof', 'none.proof'],
        ['bus', 'fetch', 'http://127.0.0.1:1', '--out', 'none.proof', '--timeout', '1'],
        ['inscriptions', 'scan', 'none.bin'],
        ['wallet', 'address', '--network', 'regtest'],
      ]) {
        expect([argv, (await wsc(...argv)).stderr]).toEqual([argv, expect.not.stringContaining('wsc.config.json')])
      }
      expect(await wsc('wallet', 'address')).toMatchObject({ exit: 2, stderr: expect.stringContaining('netwrok') })
    } finally {
      process.chdir(before)
    }
  })

  it('turn the insecure setup on by the word alone', () => {
    expect(insecureAllowed(true, {})).toBe(true)
    expect(insecureAllowed(undefined, { WSC_INSECURE_DEV_SETUP: '1' })).toBe(true)
    for (const value of ['0', 'false', '', 'no']) {
      expect(insecureAllowed(undefined, { WSC_INSECURE_DEV_SETUP: value })).toBe(false)
    }
  })
})

describe('wsc bus verify', () => {
  const proof = 'test/vectors/mainnet-height-10.proof'

  it('names the network that the file names, and the flag that accepts its setup', async () => {
    const foreign = await wsc('bus', 'verify', proof, '--network', 'regtest')
    expect([foreign.exit, foreign.stderr]).toEqual([1, expect.stringContaining('names mainnet: try --network mainnet')])
    const insecure = await wsc('bus', 'verify', proof)
    expect([insecure.exit, insecure.stderr]).toEqual([1, expect.stringContaining('--insecure-dev-setup')])
    expect((await wsc('bus', 'verify', proof, '--insecure-dev-setup')).exit).toBe(0)
  })
})

describe('wsc bus status', () => {
  it('says when there is nothing', async () => {
    const { exit, stderr } = await wsc('bus', 'status', '--network', 'regtest')
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/^nothing was proved in [^(]* yet\n$/)])
  })

  const statusOf = async (change: object, ...more: string[]) => {
    const start = { kind: 'genesis', height: 0, hash: '0'.repeat(64) }
    const nothing = { height: null, tip: null, to: null, etaSeconds: null, secondsPerHeader: null, lastProof: null }
    const status = { network: 'regtest', start, pid: process.pid, updatedAt: NOW, ...nothing, ...change }
    await put('status.json', JSON.stringify(status))
    return await wsc('bus', 'status', '--data-dir', dir, ...more)
  }

  it('tells a prover that has not begun from one that has nothing to do', async () => {
    expect((await statusOf({})).stdout).toContain('eta          not known yet')
    expect((await statusOf({ height: 7 })).stdout).toContain('eta          nothing to catch up')
    expect((await statusOf({ height: 7, to: 9, etaSeconds: 2 })).stdout).toContain('eta          2.0 s to height 9')
  })

  it('refuses a network or an anchor that is not the one of the directory', async () => {
    const other = await statusOf({}, '--network', 'signet')
    expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining('a chain of regtest, not of signet')])
    expect((await statusOf({}, '--network', 'regtest')).exit).toBe(0)
    const headers = await put('headers.bin', headerFile(chain.headers))
    const anchor = join(dir, 'anchor.json')
    const at = ['--start-height', '0', '--at', '15', '--network', 'regtest']
    await wsc('bus', 'anchor', '--headers', headers, ...at, '--out', anchor)
    const anchored = await statusOf({}, '--network', 'regtest', '--anchor', anchor)
    expect([anchored.exit, anchored.stderr]).toEqual([2, expect.stringContaining('not from the anchor at height 15')])
  })
})

it('the fixture is a regtest chain', () => {
  expect(chain.states.at(-1)?.params).toBe(regtest)
})
