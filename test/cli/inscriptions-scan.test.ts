import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { gunzip, largeBlocks, smallBlock, withoutWitnesses } from '../support/blocks.ts'
import { runInProcess } from '../support/in-process.ts'
import { sharedData } from '../support/shared-data.ts'

const line = z.strictObject({
  txid: z.string().regex(/^[0-9a-f]{64}$/),
  input: z.int().min(0),
  index: z.int().min(0),
  contentType: z.string().nullable(),
  bodyLength: z.int().min(0).nullable(),
  bodySha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  metaprotocol: z.string().nullable(),
  error: z.string().nullable(),
})

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-scan-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function scan(...argv: string[]) {
  return await runInProcess(['inscriptions', 'scan', ...argv])
}

async function put(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(dir, name), bytes)
  return join(dir, name)
}

function count(names: readonly (string | null)[]): Record<string, number> {
  const out: Record<string, number> = {}
  for (const name of names) out[name ?? 'null'] = (out[name ?? 'null'] ?? 0) + 1
  return out
}

describe('wsc inscriptions scan', () => {
  it('finds exactly the 151 reveal transactions of block 830000', async (test) => {
    const file = await put('830000.bin.gz', sharedData(test, 'blocks/mainnet_830000_eb2cffbc1f.bin.gz'))
    const { exit, stdout, stderr } = await scan('--json', file)
    expect([exit, stderr]).toEqual([0, ''])
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((text) => line.parse(JSON.parse(text)))
    expect(new Set(found.map(({ txid }) => txid)).size).toBe(151)
    expect(found).toHaveLength(1051)
    expect(count(found.map(({ contentType }) => contentType))).toEqual({
      'text/plain;charset=utf-8': 1014,
      'model/gltf-binary': 25,
      'text/html;charset=utf-8': 4,
      'text/plain': 3,
      'application/json': 2,
      'image/gif': 1,
      'image/jpeg': 1,
      'image/svg+xml': 1,
    })
    expect(count(found.map(({ error }) => error))).toEqual({
      null: 149,
      not_in_first_input: 900,
      not_at_offset_zero: 1,
      duplicate_field: 1,
    })
    expect(found.reduce((sum, { bodyLength }) => sum + (bodyLength ?? 0), 0)).toBe(156_580)
    // Envelopes are numbered through their transaction.
    const many = found.filter(({ txid }) => txid.startsWith('6823d30c'))
    expect(many.map(({ index }) => index)).toEqual(Array.from({ length: 900 }, (_, i) => i))
  })

  it('tells people the same, block after block, gzipped or not', async (test) => {
    const files = []
    for (const name of largeBlocks) files.push(await put(`${name}.gz`, sharedData(test, `blocks/${name}.bin.gz`)))
    files.push(await put('raw.bin', smallBlock('mainnet-170000')))
    const { exit, stdout } = await scan(...files)
    expect(exit).toBe(0)
    const totals = stdout.split('\n').filter((text) => text.includes('transactions, '))
    expect(totals.map((text) => text.trim())).toEqual([
      '2500 transactions, 0 of them reveal 0 inscriptions with 0 bytes',
      '1851 transactions, 151 of them reveal 1051 inscriptions with 156580 bytes',
      '591 transactions, 39 of them reveal 39 inscriptions with 3048 bytes',
      '1323 transactions, 1 of them reveal 1 inscription with 53 bytes',
      '27 transactions, 0 of them reveal 0 inscriptions with 0 bytes',
    ])
    const listed = stdout.split('\n').flatMap((text) => /^ {2}[0-9a-f]{64}i[0-9]+ {2}.*$/.exec(text) ?? [])
    expect(listed).toHaveLength(1051 + 39 + 1)
    const json = (await scan('--json', ...files)).stdout.trimEnd().split('\n')
    const ids = json.map((text) => line.parse(JSON.parse(text))).map(({ txid, index }) => `${txid}i${index}`)
    expect(listed.map((text) => text.trim().split('  ')[0])).toEqual(ids)
    expect(listed.filter((text) => text.endsWith(' bytes  error: not_in_first_input'))).toHaveLength(900)
  })

  it('refuses what is no block by its rule, goes on with the others, and ends with 1', async () => {
    const raw = smallBlock('mainnet-100002')
    const altered = raw.slice()
    altered[200] = (altered[200] as number) ^ 1
    const cases: [Uint8Array, string][] = [
      [raw.subarray(0, -1), 'truncated'],
      [Uint8Array.from([...raw, 0]), 'trailing-bytes'],
      [altered, 'bad-txnmrklroot'],
      [new Uint8Array(0), 'truncated'],
      [new Uint8Array(4_000_001), 'oversize'],
      [gzipSync(raw).subarray(0, 200), 'bad-gzip'],
      [gzipSync(new Uint8Array(8_000_000)), 'oversize'],
    ]
    const good = await put('good.bin', raw)
    for (const [i, [bytes, reject]] of cases.entries()) {
      const bad = await put(`${i}.bin`, bytes)
      const { exit, stdout, stderr } = await scan(bad, good)
      expect([i, exit, stderr]).toEqual([i, 1, expect.stringContaining(`invalid: ${bad}: ${reject}: `)])
      expect(stdout).toContain('9 transactions')
    }
  })

  it('reads hexadecimal as a node and its tools give it, and says what is wrong with it', async () => {
    const raw = smallBlock('mainnet-100002')
    const hex = Buffer.from(raw).toString('hex')
    const lines = hex.replace(/(.{64})/g, '$1\r\n')
    const forms = [hex, `${hex}\n`, `"${hex}"\n`, hex.toUpperCase(), lines, ` \t${hex}`]
    for (const [i, text] of forms.entries()) {
      for (const bytes of [Buffer.from(text), gzipSync(text)]) {
        const { exit, stdout } = await scan(await put(`${i}.hex`, bytes))
        expect([i, exit, stdout]).toEqual([i, 0, expect.stringContaining('9 transactions')])
      }
    }
    const broken: [string, string][] = [
      [hex.slice(0, -1), 'bad-hex'],
      [`${hex.slice(0, 100)} ${hex.slice(100)}`, 'bad-hex'],
      [hex.slice(0, -2), 'truncated'],
      [`${hex}00`, 'trailing-bytes'],
      ['00'.repeat(4_000_001), 'oversize'],
    ]
    for (const [i, [text, reject]] of broken.entries()) {
      const { exit, stderr } = await scan(await put(`bad-${i}.hex`, Buffer.from(text)))
      expect([i, exit, stderr]).toEqual([i, 1, expect.stringContaining(`: ${reject}: `)])
    }
  })

  it('reads each byte of a text once, however many quotes and spaces stand within it', async () => {
    const within = (character: string) => gzipSync(`00${character.repeat(7_000_000)}00`)
    for (const [character, reject] of [
      ['"', 'oversize'],
      [' ', 'bad-hex'],
      ['\t', 'bad-hex'],
    ] as const) {
      const { exit, stderr } = await scan(await put('bomb.gz', within(character)))
      expect([exit, stderr]).toEqual([1, expect.stringMatching(new RegExp(`: (${reject}): `))])
    }
    const ends = ' "\r\n'.repeat(900_000)
    const hex = Buffer.from(smallBlock('mainnet-100002')).toString('hex')
    expect((await scan(await put('wide.gz', gzipSync(`${ends}${hex}${ends}`)))).exit).toBe(0)
  })

  it('refuses a block whose witnesses were taken away: it would hide its inscriptions', async (test) => {
    const raw = gunzip(sharedData(test, 'blocks/mainnet_830000_eb2cffbc1f.bin.gz'))
    const { exit, stdout, stderr } = await scan(await put('bare.bin', withoutWitnesses(raw)))
    expect([exit, stdout, stderr]).toEqual([1, '', expect.stringContaining('no-witnesses')])
  })

  it('what cannot be read judges nothing', async () => {
    for (const argv of [[], [join(dir, 'none')], [dir], ['/dev/zero']]) {
      expect([argv, (await scan(...argv)).exit]).toEqual([argv, 2])
    }
  })
})
