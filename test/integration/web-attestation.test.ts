import { readFile } from 'node:fs/promises'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { BusPlace } from '../support/bus-place.ts'
import { inscriptionAddress, mineInscription } from '../support/regtest-inscription.ts'
import { type GivenFile, judge, state, WebPlace } from '../support/web-place.ts'

/** A real proof from an anchor, and attestations under it of a transaction and its inscription, mined by a real node. */
const ANCHOR = 98
const BODY = '<img src=x onerror="document.title=1"> <b>hello</b> from regtest'
const bytes = new TextEncoder().encode(BODY)
let place: BusPlace
let web: WebPlace
let id: string
let height: number
let judged: string[]

beforeAll(async () => {
  place = await BusPlace.make()
  web = await WebPlace.make()
  await using node = await RegtestBitcoind.start()
  await node.mine(101, inscriptionAddress)
  const content = { contentType: new TextEncoder().encode('text/html;charset=utf-8'), body: bytes }
  const mined = await mineInscription(node, content)
  id = mined.id
  height = mined.height
  await node.mine(2)
  let headers = ''
  for (let at = 0; at <= height + 2; at++) {
    const hash = await node.client.call({ method: 'getblockhash', params: [at], schema: z.string() })
    headers += await node.client.call({ method: 'getblockheader', params: [hash, false], schema: z.string() })
  }
  await place.put('headers.bin', Buffer.from(headers, 'hex'))
  const from = ['--network', 'regtest', '--headers', place.file('headers.bin'), '--start-height', '0']
  const anchor = ['--anchor', place.file('anchor.json')]
  expect(
    (await place.run('bus', 'anchor', ...from, '--at', String(ANCHOR), '--out', place.file('anchor.json'))).exit,
  ).toBe(0)
  await place.prove('chain.proof', ...from, ...anchor)
  judged = ['--network', 'regtest', ...anchor, '--proof', place.file('chain.proof')]
  const reach = ['--rpc', node.url, '--rpc-cookie', node.auth.file, '--height', String(height)]
  for (const [kind, what, out] of [
    ['tx', id.slice(0, 64), 'tx.attestation'],
    ['output', `${id.slice(0, 64)}:0`, 'output.attestation'],
    ['inscription', id, 'inscription.attestation'],
    ['inscription', id, 'inscription.json'],
  ] as const) {
    const { exit, stderr } = await place.run('attest', kind, what, ...judged, ...reach, '--out', place.file(out))
    expect([stderr, exit]).toEqual([expect.anything(), 0])
  }
}, 600_000)

afterAll(async () => {
  await web?.remove()
  await place?.remove()
})
afterEach(() => expect(web.complaints()).toEqual([]))

async function withProof(options: Parameters<WebPlace['open']>[1] = {}): Promise<Page> {
  const page = await web.open(web.url, options)
  await page.selectOption('#network', 'regtest')
  await page.setInputFiles('#anchor-file', place.file('anchor.json'))
  await judge(page, place.file('chain.proof'))
  return page
}
const check = (page: Page, file: GivenFile) => judge(page, file, '#attestation-file')
const fact = async (page: Page, label: string) =>
  (await page
    .locator('.facts')
    .first()
    .locator('> div', { has: page.locator(`dt:text-is("${label}")`) })
    .locator('.value')
    .innerText()) ?? ''

/** What the page shows as JSON, which must be what the command prints. */
async function sameAsCommand(page: Page, file: string): Promise<Record<string, unknown>> {
  const shown = JSON.parse((await page.locator('#attestation-json').textContent()) ?? '')
  const { stdout } = await place.run('check', place.file(file), ...judged, '--json')
  expect(shown).toEqual(JSON.parse(stdout))
  return shown
}

async function altered(at: number, change: (byte: number) => number): Promise<GivenFile> {
  const whole = new Uint8Array(await readFile(place.file('inscription.attestation')))
  const buffer = Buffer.from(whole.with(at < 0 ? whole.length + at : at, change(whole.at(at) as number) & 0xff))
  return { name: 'altered.attestation', mimeType: 'application/octet-stream', buffer }
}

describe('an attestation on the page', () => {
  it('of a transaction and of its output, equal to the command', async () => {
    const page = await withProof()
    expect(await check(page, place.file('tx.attestation'))).toMatch(
      /Valid, but INSECURE-DEV[\s\S]*Attestation holds, under INSECURE-DEV[\s\S]*Transaction in block 102/,
    )
    const shown = await sameAsCommand(page, 'tx.attestation')
    expect(shown).toMatchObject({ valid: true, kind: 'tx', height, confirmations: 3 })
    expect(await fact(page, 'Txid')).toBe(id.slice(0, 64))
    expect(await fact(page, 'Block hash')).toBe(shown.blockHash)
    expect(await fact(page, 'Confirmations')).toBe('3')
    expect(await fact(page, 'Output 0')).toBe('49.99990000 BTC')
    expect(await fact(page, 'Script 0')).toMatch(/^0020[0-9a-f]{64}$/)
    expect(await page.locator('.not-shown').innerText()).toContain('That an output is unspent.')
    console.log(`transaction: ${await fact(page, 'Time taken')}`)

    await check(page, place.file('output.attestation'))
    expect(await sameAsCommand(page, 'output.attestation')).toMatchObject({ kind: 'output', payload: { output: 0 } })
  })

  it('of an inscription in either form: told in full, its body saved and never rendered', async () => {
    const page = await withProof()
    for (const form of ['inscription.attestation', 'inscription.json']) {
      await check(page, place.file(form))
      expect(await sameAsCommand(page, form)).toMatchObject({ valid: true, kind: 'inscription', payload: { id } })
      expect(await fact(page, 'Inscription')).toBe(id)
      expect(await fact(page, 'Content type')).toBe('text/html;charset=utf-8')
      expect(await fact(page, 'Body')).toBe(`${bytes.length} bytes`)
      expect(await fact(page, 'SHA-256 of body')).toBe(Buffer.from(sha256(bytes)).toString('hex'))
      expect(await page.locator('#body-text').textContent()).toBe(BODY)
      expect(await page.locator('#body-text *').count()).toBe(0)
    }
    const saving = page.waitForEvent('download')
    await page.locator('#save-body').click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe(`${id}.bin`)
    expect(await readFile(await saved.path(), 'utf8')).toBe(BODY)
    console.log(`inscription: ${await fact(page, 'Time taken')}`)
  })

  it('refuses a flipped byte wherever it is, by the command’s reason, and leaves the proof its verdict', async () => {
    const page = await withProof()
    for (const at of [0, 5, 40, 120, -300, -40, -1]) {
      const file = await altered(at, (byte) => byte ^ 1)
      if (typeof file === 'string') throw new Error('not reached')
      const text = await check(page, file)
      await place.put('altered', file.buffer)
      const { reason } = await sameAsCommand(page, 'altered')
      expect(text).toMatch(/Valid, but INSECURE-DEV[\s\S]*Attestation refused/)
      expect(text).toContain(`(${reason}: `)
    }
    await web.screenshot(page, 'attestation-refused')
  })

  it('says what to do with one of another proof, without a proof, and under a refused one', async () => {
    const page = await web.open()
    await state(page, 'ready')
    await page.setInputFiles('#attestation-file', place.file('tx.attestation'))
    await page.waitForSelector('#verdict:has-text("A proof is needed")')
    await web.screenshot(page, 'attestation-alone')
    expect(await judge(page, place.file('chain.proof'))).toMatch(/wrong-network[\s\S]*Attestation not checked/)
    await page.selectOption('#network', 'regtest')
    await page.setInputFiles('#anchor-file', place.file('anchor.json'))
    await page.waitForSelector('#verdict:has-text("Attestation holds")')
    // The tip's height is byte 6.
    const text = await check(page, await altered(6, (byte) => byte - 1))
    expect(text).toMatch(/other-proof[\s\S]*wsc attest refresh FILE --proof PROOF/)
    await web.screenshot(page, 'attestation-other-proof')
    await page.getByRole('button', { name: 'Remove Attestation altered.attestation' }).click()
    await page.waitForSelector('#verdict:not(:has-text("Attestation"))')
  })

  it('is dropped together with the proof, each told by its content', async () => {
    const page = await web.open()
    await page.selectOption('#network', 'regtest')
    const files = ['inscription.json', 'anchor.json', 'chain.proof']
    const contents = await Promise.all(files.map((name) => readFile(place.file(name), 'base64')))
    const transfer = await page.evaluateHandle((given) => {
      const data = new DataTransfer()
      for (const base64 of given) {
        data.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], 'any.name'))
      }
      return data
    }, contents)
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer })
    await page.waitForSelector('#verdict:has-text("Attestation holds")')
    expect(await fact(page, 'Inscription')).toBe(id)
  })

  it('is drawn in light and dark, wide and narrow, without overflow', async () => {
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 360],
    ] as const) {
      const page = await withProof({ colorScheme, viewport: { width, height: 900 } })
      for (const kind of ['tx', 'inscription']) {
        await check(page, place.file(`${kind}.attestation`))
        await web.screenshot(page, `${kind}-${colorScheme}-${width}`)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      }
      await page.context().close()
    }
  })
})
