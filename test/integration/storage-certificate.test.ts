import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openStore } from '../../src/settlement/io/index.ts'
import { indexFolder } from '../../src/settlement/io/places.ts'
import { someBytes } from '../storage/bytes.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { judge, WebPlace } from '../support/web-place.ts'
import type { WscRun } from '../support/wsc.ts'

const putJson = z.object({ blobs: z.array(z.object({ id: z.string() })) })

let place: SettlementPlace
let provider: WscRun
let web: WebPlace
beforeAll(async () => {
  place = await SettlementPlace.make(3)
  web = await WebPlace.make()
})
afterAll(async () => {
  provider?.child.kill('SIGKILL')
  await web?.remove()
  await place?.remove()
})

it('a certificate is gathered from a provider, and verified from files: natively, by WebAssembly, in a browser', async () => {
  const keeps = ['--storage-dir', place.file('provider')]
  // In the provider's own directory, so that its peer is the one that signs.
  await place.json('storage', 'register', ...keeps)
  await place.node.mine(1)
  provider = place.start(
    'storage',
    'serve',
    '--partition',
    '0',
    ...keeps,
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--certify',
    '--json',
  )
  const { listening } = z.object({ listening: z.array(z.string()) }).parse(JSON.parse(await provider.line('listening')))
  const peer = ['--peer', listening[0] as string]
  await writeFile(place.file('noise.bin'), someBytes(300_000))
  const mining = place.node.mine(1)
  const put = putJson.parse(await place.json('storage', 'put', place.file('noise.bin'), ...peer))
  await mining
  const id = put.blobs[0]?.id as string
  await place.node.mine(14)
  await provider.line('"to":"encoded"')

  const proof = place.file('chain.proof')
  await place.json('bus', 'prove', '--out', proof)
  const file = place.file('blob.certificate')
  const under = ['--proof', proof]
  // Another process works with the index: that is waited for.
  const other = await openStore(indexFolder(place.file('data/wsc/regtest/settlement')))
  const certifying = place.start('storage', 'certify', id, ...peer, ...under, '--out', file, '--json')
  try {
    await expect.poll(certifying.stderr).toContain('waiting for it')
  } finally {
    await other.close()
  }
  const { exit, stdout } = await certifying.done
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, { valid: true, keys: { length: 1 } }])

  for (const [blob, keys, reason] of [
    [id, '2', 'too-few-keys'],
    ['00'.repeat(32), '1', 'no-such-blob'],
  ] as const) {
    const out = place.file('refused.certificate')
    const refused = await place.run(
      'storage',
      'certify',
      blob,
      ...peer,
      ...under,
      '--keys',
      keys,
      '--out',
      out,
      '--json',
    )
    expect([refused.exit, JSON.parse(refused.stdout)]).toMatchObject([1, { valid: false, reason, notTaken: [] }])
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' })
  }

  await place.node.stop()
  const [native, wasm] = [
    await place.json('storage', 'verify', file, ...under),
    await place.json('storage', 'verify', file, ...under, '--wasm'),
  ]
  expect(native).toMatchObject({ valid: true, blob: { id }, keys: { length: 1 }, replication: 'not shown' })
  expect(wasm).toEqual(native)

  const page = await web.open()
  await page.selectOption('#network', 'regtest')
  await judge(page, proof)
  expect(await judge(page, file, '#certificate-file')).toMatch(/Certificate holds[\s\S]*replication: not shown/)
  expect(JSON.parse((await page.locator('#certificate-json').textContent()) ?? '')).toEqual(native)
  const whole = await readFile(file)
  const altered = { name: 'altered', mimeType: 'application/octet-stream', buffer: whole.with(whole.length - 40, 1) }
  expect(await judge(page, { ...altered, buffer: Buffer.from(altered.buffer) }, '#certificate-file')).toContain(
    'Certificate refused',
  )
  expect(web.complaints()).toEqual([])
}, 600_000)
