import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { regtest } from '../../src/bitcoin/index.ts'
import { verifyProof } from '../../src/bus/index.ts'
import { openVerifier } from '../../src/bus/io/index.ts'
import { storageParams, verifyCertificate } from '../../storage/index.ts'
import { openCertificateVerifier, openKernel } from '../../storage/io/index.ts'
import { judge, WebPlace } from '../support/web-place.ts'
import { bitcoinCli, composed, docker, logged, logLine, PROVIDERS, project, wsc } from './stack.ts'

/** Partitions of each provider, as docker-compose.yml has them. */
const KEPT = [[0], [0, 1], [1], [1, 2], [2]] as const
/** Wins that are waited for: seven replicas have two in some four blocks. */
const ENOUGH = 2
/** Seven replicas win nothing in so many blocks once in 10²⁰ times. */
const MOST_TICKS = 80

const sampledLine = z.object({
  sampled: z.object({ height: z.int(), partition: z.int(), state: z.enum(['won', 'none']), missed: z.int() }),
})
const winLine = z.object({ win: z.object({ height: z.int(), partition: z.int() }) })
const partitionLine = z.object({
  partition: z.int(),
  estimate: z
    .object({ from: z.int(), to: z.int(), wins: z.int(), cost: z.object({ isFree: z.literal(true) }).loose() })
    .loose(),
})

/**
 * Wins and certificates are proved by what this machine has made already, where it has: the stack's own cache gets it. What
 * is not there is made by the service `prepare`.
 */
export function fillCache(): void {
  const from = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wsc')
  const script = `for (const part of ['circuits', 'keys']) {
    if (fs.existsSync('/from/' + part)) fs.cpSync('/from/' + part, '/cache/wsc/' + part, { recursive: true, force: false })
  }`
  const args = ['--volume', `${from}:/from:ro`, '--volume', `${project}_cache:/cache`]
  const { exit, stderr } = docker(
    ...['run', '--rm', '--network', 'none', ...args, '--entrypoint', '/usr/local/bin/node', 'wsc-prover', '-e', script],
  )
  expect(exit, stderr).toBe(0)
}

/** Who keeps two partitions, and is asked what it says of all. */
const OBSERVER = 'provider-2'

/** Mines until some have won, each block once all have tried; then what a provider says of partitions is what it was told. */
export async function sampleInContainers(address: string): Promise<void> {
  const won = new Set<string>()
  const heights: number[] = []
  /** How many units were not there to be tried. */
  const tick = async (): Promise<number> => {
    bitcoinCli('generatetoaddress', '1', address)
    const height = Number(bitcoinCli('getblockcount'))
    heights.push(height)
    const tried = PROVIDERS.flatMap((service, i) =>
      (KEPT[i] ?? []).map((partition) => logLine(service, `"sampled":{"height":${height},"partition":${partition},`)),
    )
    const all = (await Promise.all(tried)).map((line) => parsed(sampledLine, line).sampled)
    for (const { partition, ...said } of all) {
      if (said.state !== 'won') continue
      won.add(`${height} ${partition}`)
      await logLine(OBSERVER, `"partition":${partition},"height":${height},"blockHash"`)
    }
    await logLine(OBSERVER, `"estimated":${height}`)
    return all.reduce((sum, { missed }) => sum + missed, 0)
  }
  // Where some still encode what they were given the sampling begins when they have done so.
  for (let ticks = 0; (await tick()) > 0; ticks++) expect(ticks).toBeLessThan(MOST_TICKS)
  for (let ticks = 0; won.size < ENOUGH; ticks++) {
    expect(ticks).toBeLessThan(MOST_TICKS)
    expect(await tick()).toBe(0)
  }
  // The last of them are over once two more blocks have come.
  for (let over = 0; over < 2; over++) expect(await tick()).toBe(0)
  const told = logged(OBSERVER)
    .filter((line) => line.startsWith('{"win":'))
    .map((line) => parsed(winLine, line).win)
  const ours = told.filter(({ height }) => height >= (heights[0] as number))
  expect(new Set(ours.map(({ height, partition }) => `${height} ${partition}`))).toEqual(won)
  const args = ['/usr/local/bin/node', '/app/bin/wsc.js', 'storage', 'status', '--json']
  const partitions = composed('exec', '-T', OBSERVER, ...args)
    .split('\n')
    .filter((line) => line.startsWith('{"partition":'))
    .map((line) => parsed(partitionLine, line))
  expect(partitions.map(({ partition }) => partition)).toEqual([0, 1, 2])
  for (const { partition, estimate } of partitions) {
    const { from, to } = estimate
    const its = told.filter((win) => win.partition === partition && win.height >= from && win.height <= to)
    expect(estimate).toMatchObject({ wins: its.length, to: heights.at(-3) })
  }
}

/** Files of the verifier's volume and the command's, for the browser of this machine. */
function fileOf(volume: string, path: string): Buffer {
  const script = `process.stdout.write(fs.readFileSync('/from/${path}').toString('base64'))`
  const args = ['--network', 'none', '--volume', `${project}_${volume}:/from:ro`]
  const { exit, stdout, stderr } = docker(
    ...['run', '--rm', ...args, '--entrypoint', '/usr/local/bin/node', 'wsc-prover', '-e', script],
  )
  expect(exit, stderr).toBe(0)
  return Buffer.from(stdout, 'base64')
}

/**
 * A certificate by two of the providers, under the proof that the verifier holds: verified by the verifier's image without
 * any network, by the page in Chromium, and here; altered, by nobody.
 */
export async function certifyInContainers(
  folder: string,
  id: string,
  offline: (...args: string[]) => ReturnType<typeof docker>,
): Promise<void> {
  const [proof, file] = ['chain.proof', 'blob.certificate'].map((name) => join(folder, name)) as [string, string]
  await writeFile(proof, fileOf('verifier', 'chain.proof'), { mode: 0o644 })
  const args = [id, '--keys', '2', '--proof', '/in/chain.proof', '--out', '/data/blob.certificate', '--json']
  wsc(folder, 'storage', 'certify', ...args)
  await writeFile(file, fileOf('wallet', 'blob.certificate'), { mode: 0o644 })
  const verified = offline('storage', 'verify', '/in/blob.certificate', '--proof', '/in/chain.proof', '--json')
  expect(verified.exit, verified.stderr).toBe(0)
  const said = JSON.parse(verified.stdout) as unknown
  expect(said).toMatchObject({ valid: true, blob: { id }, keys: { length: 2 }, replication: 'not shown' })

  const web = await WebPlace.make()
  try {
    const page = await web.open()
    await page.selectOption('#network', 'regtest')
    await judge(page, proof)
    expect(await judge(page, file, '#certificate-file')).toMatch(/Certificate holds[\s\S]*replication: not shown/)
    expect(JSON.parse((await page.locator('#certificate-json').textContent()) ?? '')).toEqual(said)
    expect(web.complaints()).toEqual([])
  } finally {
    await web.remove()
  }
  await expectAlteredRefused(await readFile(proof), await readFile(file))
}

/** One bit of some bytes of each part: lengths, ids, records, paths, proofs, signatures. */
async function expectAlteredRefused(proof: Uint8Array, certificate: Uint8Array): Promise<void> {
  const verifier = await openVerifier()
  const proved = await verifyProof(proof, { params: regtest, verifier, now: Math.floor(Date.now() / 1000) })
  if (!proved.ok) throw new Error(`${proved.reject}: ${proved.detail}`)
  const options = {
    storage: storageParams(regtest, { partitionBits: 5 }),
    chain: proved.chain,
    verifier: await openCertificateVerifier(),
    kernel: await openKernel(),
  }
  expect((await verifyCertificate(certificate, options)).ok).toBe(true)
  // Magic, version and id of the key; attestations of some thousand bytes and proofs of 7,744; the last key's signature, and
  // how many wins it has.
  const { length } = certificate
  const some = Array.from({ length: Math.floor(length / 997) }, (_, i) => 997 * (i + 1))
  for (const at of [0, 4, 20, ...some, length - 40, length - 1]) {
    const altered = certificate.with(at, (certificate[at] as number) ^ (1 << (at % 8)))
    expect((await verifyCertificate(altered, options)).ok, `byte ${at}`).toBe(false)
  }
}

function parsed<Value>(schema: z.ZodType<Value>, line: string): Value {
  return schema.parse(JSON.parse(line))
}
