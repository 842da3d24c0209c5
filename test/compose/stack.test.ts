import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computeInContainers } from './compute-in-containers.ts'
import {
  bitcoinCli,
  composed,
  docker,
  inspect,
  logLine,
  project,
  SERVICES,
  type Service,
  tryCompose,
  wsc,
} from './stack.ts'
import { storageInContainers } from './storage-in-containers.ts'

/** The tests go on from one another: one stack, whose chain grows. */
let folder: string
let address: string
let url: string

const tip = () => bitcoinCli('getbestblockhash').trim()
const mine = (blocks: number) => bitcoinCli('generatetoaddress', String(blocks), address)
/** The verifier tells of each proof that it takes, after verifying it. */
const synced = () => logLine('verifier', tip())
const json = <T>(text: string): T => JSON.parse(text.trim().split('\n').at(-1) as string) as T

/** The verifier's image with its own proof and the host's files, and no network at all. */
const offline = (...args: string[]) =>
  docker(
    ...['run', '--rm', '--network', 'none', '--read-only', '--env', 'WSC_NETWORK=regtest'],
    ...['--volume', `${project}_verifier:/data:ro`, '--volume', `${folder}:/in:ro`, 'wsc-verifier', ...args],
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-compose-'))
  await chmod(folder, 0o755) // other users in the containers read it
  composed('up', '--detach', '--no-build', ...SERVICES)
  url = `http://${composed('port', 'server', '8532').trim()}`
  address = json<{ address: string }>(wsc(folder, 'wallet', 'create', '--json')).address
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the services', () => {
  it.each(SERVICES)('%s runs without root, without capabilities, on a read-only root', (service) => {
    expect(inspect(service, '.Config.User')).toBe(service === 'bitcoind' ? 'regtest' : '10002:10002')
    expect(inspect(service, '.HostConfig')).toMatchObject({
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
    })
  })

  it('says that there is no proof yet', async () => {
    expect((await fetch(`${url}/v1/proof`)).status).toBe(503)
    expect(inspect('server', '.State.Health.Status')).toBe('healthy')
    expect(inspect('verifier', '.State.Health.Status')).not.toBe('healthy')
  })

  it('keeps the addon out of the verifier’s image, and the node out of its reach', () => {
    const present = (image: string, path: string) => {
      const script = `process.exit(require('node:fs').existsSync('${path}') ? 0 : 9)`
      return docker('run', '--rm', '--entrypoint', '/usr/local/bin/node', image, '-e', script).exit
    }
    expect(present('wsc-prover', '/app/folding/wsc-folding.node')).toBe(0)
    expect(present('wsc-verifier', '/app/folding/wsc-folding.node')).toBe(9)
    expect(present('wsc-verifier', '/app/src/bus/verifier/wsc-folding.wasm')).toBe(0)
    expect(Object.keys(inspect('verifier', '.NetworkSettings.Networks'))).toEqual([`${project}_sync`])
  })

  it('lets the verifier connect to the server and to nothing else', () => {
    const at = inspect<Record<string, { IPAddress: string }>>('bitcoind', '.NetworkSettings.Networks')
    const ip = at[`${project}_node`]?.IPAddress as string
    const connects = (host: string, port: number) => {
      const script = `const s = require('node:net').connect(${port}, '${host}')
        s.setTimeout(3000, () => process.exit(9)).on('connect', () => process.exit(0)).on('error', () => process.exit(9))`
      return tryCompose('exec', '-T', 'verifier', '/usr/local/bin/node', '-e', script).exit
    }
    expect(connects('server', 8532)).toBe(0)
    expect(connects('bitcoind', 18443)).toBe(9)
    expect(ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    expect(connects(ip, 18443)).toBe(9)
    expect(connects(ip, 18444)).toBe(9)
  })
})

describe('a chain', () => {
  it('is mined, proved, served, and taken by the verifier', async () => {
    mine(101)
    expect(json(await synced())).toMatchObject({ valid: true, height: 101, tip: tip(), changed: true })
    expect(offline('bus', 'verify', '/data/chain.proof', '--json').exit).toBe(0)
  })

  it('carries an inscription, whose attestation the verifier checks without any network', async () => {
    const body = randomBytes(1500)
    const sha256 = createHash('sha256').update(body).digest('hex')
    await writeFile(join(folder, 'body'), body, { mode: 0o644 })
    const type = 'application/octet-stream'
    const job = json<{ inscriptions: { id: string }[] }>(
      wsc(folder, 'inscribe', '--body', '/in/body', '--content-type', type, '--json'),
    )
    const id = job.inscriptions[0]?.id as string
    if (bitcoinCli('getrawmempool').trim() !== '[\n]') mine(1)
    await synced()
    const height = Number(bitcoinCli('getblockcount'))
    const answer = await fetch(`${url}/v1/attest/inscription/${id}?height=${height}`)
    expect(answer.status).toBe(200)
    const attestation = new Uint8Array(await answer.arrayBuffer())
    await writeFile(join(folder, 'attestation'), attestation, { mode: 0o644 })
    const checked = offline('check', '/in/attestation', '--proof', '/data/chain.proof', '--json')
    expect(checked.exit, checked.stderr).toBe(0)
    expect(json(checked.stdout)).toMatchObject({ valid: true, height, payload: { bodySha256: sha256 } })
    attestation[attestation.length - 40]! ^= 1
    await writeFile(join(folder, 'forged'), attestation, { mode: 0o644 })
    expect(offline('check', '/in/forged', '--proof', '/data/chain.proof', '--json').exit).toBe(1)
  })

  it('is what a fresh verifier has after one fetch', () => {
    const fresh = docker(
      ...['run', '--rm', '--network', `${project}_sync`, '--read-only', '--tmpfs', '/data:uid=10002'],
      ...[
        '--env',
        'WSC_NETWORK=regtest',
        'wsc-verifier',
        'bus',
        'fetch',
        'http://server:8532',
        '--out',
        '/data/p',
        '--json',
      ],
    )
    expect(fresh.exit, fresh.stderr).toBe(0)
    expect(json(fresh.stdout)).toMatchObject({ valid: true, tip: tip(), changed: true })
  })
})

describe('kill -9 and start', () => {
  const again = (service: Service) => {
    composed('kill', '--signal', 'KILL', service)
    expect(inspect(service, '.State')).toMatchObject({ Running: false, ExitCode: 137 })
    composed('up', '--detach', '--no-build', '--no-recreate', ...SERVICES)
    expect(inspect(service, '.State.Running')).toBe(true)
  }

  it.each(SERVICES)('of %s: everything goes on', async (service) => {
    // A node has its newest blocks in memory, and after a kill its peers send them again. This one has none: this call
    // makes it write (Core: rpc/blockchain.cpp, ForceFlushStateToDisk).
    if (service === 'bitcoind') bitcoinCli('gettxoutsetinfo')
    const before = tip()
    again(service)
    expect(tip()).toBe(before)
    mine(1)
    expect(json(await synced())).toMatchObject({ valid: true, tip: tip() })
  })

  it('of all at once, the containers made anew: the volumes hold everything', async () => {
    bitcoinCli('gettxoutsetinfo')
    const before = tip()
    composed('kill', '--signal', 'KILL')
    composed('down', '--timeout', '10')
    composed('up', '--detach', '--no-build', '--wait', '--wait-timeout', '300', ...SERVICES)
    expect(tip()).toBe(before)
    for (const service of SERVICES) expect(inspect(service, '.State.Health.Status'), service).toBe('healthy')
    mine(1)
    expect(json(await synced())).toMatchObject({ valid: true, tip: tip() })
  })
})

describe('storage', () => storageInContainers(() => ({ folder, address, synced, offline })))

describe('computation', () => computeInContainers(() => ({ address })))
