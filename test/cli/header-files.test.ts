import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeHeader, type Header, type HeaderReject } from '../../src/bitcoin/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'
import { breach } from '../support/bus-json.ts'
import { type DifferentialCase, differentialCases } from '../support/differential.ts'
import { runInProcess } from '../support/in-process.ts'
import { mineHeader } from '../support/mine.ts'
import { vector } from '../support/shared-data.ts'

/**
 * Header files that break a rule, through `wsc bus prove`: exit 1, no output file, height and Core's reject reason.
 * Every case is judged before keys are loaded, so none of these costs any proving.
 */
const NOW = 4_200_000_000
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-headers-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function prove(bytes: Uint8Array, network: string, now = NOW) {
  const headers = join(dir, 'headers.bin')
  const out = join(dir, 'out.proof')
  await writeFile(headers, bytes)
  const argv = ['bus', 'prove', '--network', network, '--headers', headers, '--out', out, '--json']
  const { exit, stdout, stderr } = await runInProcess(argv, {
    env: { XDG_DATA_HOME: join(dir, 'data') },
    clock: () => now * 1000,
  })
  await expect(stat(out)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(stat(join(dir, 'data'))).rejects.toMatchObject({ code: 'ENOENT' })
  return { exit, stderr, json: breach.parse(JSON.parse(stdout)) }
}

const expectBreach = async (bytes: Uint8Array, network: string, reason: HeaderReject, height: number, now?: number) => {
  const { exit, json, stderr } = await prove(bytes, network, now)
  expect({ exit, ...json }).toMatchObject({ exit: 1, reason, height })
  expect(stderr).toContain(`invalid: ${reason} at height ${height}`)
}

describe('mined headers of which one rule alone decides', () => {
  const networks = vector<{ networks: { name: string }[] }>('differential.json').networks
  const invalid = differentialCases().filter(({ reject }) => reject !== undefined)
  const named = (text: RegExp) => invalid.filter(({ note, rule }) => text.test(`${rule}: ${note}`))

  const networkFile = async ({ params }: DifferentialCase) => {
    const path = join(dir, `${params.name}.json`)
    await writeFile(path, JSON.stringify(networks.find(({ name }) => name === params.name)))
    return path
  }

  it('hold each kind of breach', () => {
    for (const kind of [
      /^link:/,
      /^hash:/,
      /^bits:/,
      /^retarget: old/,
      /^retarget: one (harder|easier)/,
      /^retarget: unclamped/,
      /^retarget: timespan unsigned/,
      /^time: equal to the median/,
      /^version:/,
    ]) {
      expect(named(kind).length, String(kind)).toBeGreaterThan(0)
    }
    const atHeights = new Set(named(/^time: equal/).map(({ ancestors }) => ancestors.length))
    for (let height = 1; height <= 11; height++) expect(atHeights).toContain(height)
  })

  it.each(['hash', 'link', 'bits', 'retarget', 'time', 'version'])('%s', async (rule) => {
    const cases = invalid.filter((one) => one.rule === rule)
    for (const one of cases) {
      const bytes = concatBytes(...[...one.ancestors, one.header].map(encodeHeader))
      await expectBreach(bytes, await networkFile(one), one.reject!, one.ancestors.length, 2 ** 32)
    }
  })
})

describe('what no chain is needed for', () => {
  const chain = mineChain(12)
  const file = headerFile(chain.headers)
  const own = (header: Header) => headerFile([...chain.headers.slice(0, 11), header])

  it('a greatest time more than two hours ahead', async () => {
    const last = chain.headers[11]!
    const { target } = chain.states[10]!.context
    const late = mineHeader({ ...last, time: NOW + 7201 }, { high: target })!
    await expectBreach(own(late), 'regtest', 'time-too-new', 12)
    // Also where later headers have smaller times: each header counts, not the tip alone.
    const before = chain.headers.slice(0, 5)
    const early = mineHeader({ ...chain.headers[5]!, time: NOW + 7201 }, { high: target })!
    await expectBreach(headerFile([...before, early]), 'regtest', 'time-too-new', 6)
  })

  it.each([1, 40, 79])('%i bytes left over', async (bytes) => {
    await expectBreach(concatBytes(file, new Uint8Array(bytes)), 'regtest', 'bad-length', 13)
  })

  it('nothing at all, another genesis, a header left out', async () => {
    await expectBreach(new Uint8Array(), 'regtest', 'bad-length', 0)
    await expectBreach(file, 'signet', 'bad-genesis', 0)
    await expectBreach(headerFile(chain.headers.filter((_, i) => i !== 4)), 'regtest', 'bad-prevblk-link', 5)
  })
})
