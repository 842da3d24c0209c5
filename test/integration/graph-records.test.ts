import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesToHex } from '../../src/lib/index.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { encodeBlob, MemoryStore, nameProgram } from '../../storage/index.ts'
import { encodeBody } from '../../storage/records/bodies.ts'
import { digitOutputs, heldOutDigits, type LabelledImage } from '../compute/digits.ts'
import { kernel } from '../storage/kernels.ts'
import { recordMetadata, SettlementPlace } from '../support/settlement-place.ts'

/** Graphs that read signed records, and a blob that one publishes, by the command on a regtest chain. */
let place: SettlementPlace
beforeAll(async () => {
  place = await SettlementPlace.make(2, { args: ['-txindex=1'] })
})
afterAll(() => place.remove())

const wsc = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run(...argv, ...(argv[1] === 'init' ? [] : ['--json']))
  return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null }
}
const inscribe = async (metadata: string, body: Uint8Array | string) =>
  (await place.inscribe('--body', await place.put('body', body), '--metadata', metadata)).inscriptions[0]!.id

test('records: from signed records to the state of those that stand', async () => {
  const GRAPH = place.file('my-records')
  expect(await wsc('graph', 'init', GRAPH, '--template', 'index')).toMatchObject({ exit: 0 })
  expect(await wsc('graph', 'compile', GRAPH)).toMatchObject({ exit: 0, json: { constraints: 45_945 } })
  const [app, other] = ['ab'.repeat(32), 'cd'.repeat(32)]
  const ids: string[] = []
  for (const [seq, program] of [
    [1, app],
    [5, app],
    [1, other],
    [3, app],
  ] as const) {
    ids.push(await inscribe(recordMetadata(seq, program, 'commitment'), `${seq} of ${program}`))
  }
  // Of another kind: none of those that the graph reads.
  const result = await inscribe(recordMetadata(9, app, 'result'), 'a result')

  const outputs = { counted: '3', lines: '2' }
  const ran = await wsc('graph', 'exec', GRAPH)
  expect(ran).toMatchObject({ exit: 0, json: { proved: false, outputs } })

  const proof = place.file('records.proof')
  await place.json('bus', 'prove', '--out', proof)
  const folder = place.file('attested')
  const attested = ['attest', 'records', '--proof', proof]
  expect(await wsc(...attested, '--kind', 'commitment', '--out', folder)).toMatchObject({
    exit: 0,
    json: { records: 4 },
  })
  expect(await wsc(...attested, '--out', folder)).toMatchObject({ exit: 2 })
  const out = place.file('records.result')
  const proved = await wsc('graph', 'prove', GRAPH, '--attestation', folder, '--proof', proof, '--out', out)
  // The node's own index comes to the same list as the attestations do.
  expect(proved.json.outputs).toEqual(ran.json.outputs)
  expect(proved).toMatchObject({ exit: 0, json: { inputs: ids, outputs } })
  const verify = (...more: string[]) => wsc('graph', 'verify', out, '--graph', GRAPH, '--proof', proof, ...more)
  const verified = await verify('--attestation', folder)
  expect(verified).toMatchObject({ exit: 0, json: { valid: true, inputs: ids, outputs } })

  // One record alone, and one of another kind beside them.
  const [first] = (await readdir(folder)).sort()
  expect(await verify('--attestation', join(folder, first!))).toMatchObject({
    exit: 1,
    json: { reason: 'wrong-block' },
  })
  const all = place.file('all')
  expect(await wsc(...attested, '--out', all)).toMatchObject({ exit: 0, json: { records: 5 } })
  expect(await verify('--attestation', all)).toMatchObject({
    exit: 1,
    json: { reason: 'other-records', detail: expect.stringContaining(result) },
  })

  // On Bitcoin it counts; of a list that lacks one nobody is told, though it is proved.
  const settle = (file: string) =>
    place.run('results', 'inscribe', file, '--graph', GRAPH, '--budget', '100000', '--fee-rate', '2', '--json')
  expect(await settle(out)).toMatchObject({ exit: 0, stdout: expect.stringContaining('"sent"') })
  const counted = (await place.run('results', '--graph', GRAPH, '--json')).stdout.trim().split('\n').at(-1)
  expect(JSON.parse(counted as string)).toMatchObject({ state: 'counts', completeness: 'complete', says: outputs })
  const [, second] = (await readdir(folder)).sort()
  await rm(join(folder, second as string))
  const incomplete = place.file('incomplete.result')
  expect(
    await wsc('graph', 'prove', GRAPH, '--attestation', folder, '--proof', proof, '--out', incomplete),
  ).toMatchObject({ exit: 0 })
  expect(await settle(incomplete)).toMatchObject({ exit: 1, stdout: expect.stringContaining('wrong-input') })
  console.log(`records: ${proved.json.bytes} bytes, ${proved.json.seconds} s`)
}, 300_000)

test('digits reads an image from storage, by the record that publishes it, and by a name', async () => {
  const GRAPH = place.file('stored-digits')
  expect(await wsc('graph', 'init', GRAPH, '--template', 'ml')).toMatchObject({ exit: 0 })
  const manifest = join(GRAPH, 'graph.yaml')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('kind: inscription', 'kind: storage'))
  const [image, other] = heldOutDigits() as [LabelledImage, LabelledImage]
  const encoded = await encodeBlob(
    kernel,
    (async function* () {
      yield image.pixels
    })(),
    new MemoryStore(),
  )
  if (!encoded.ok) throw new Error(encoded.detail)
  const { id, root, length } = encoded.blob
  const blob = bytesToHex(id)
  const inscription = await inscribe(
    recordMetadata(1, blob, 'blob'),
    encodeBody('blob', { root, coding: CODING, length }),
  )
  const proof = place.file('blob.proof')
  await place.json('bus', 'prove', '--out', proof)
  const attestation = place.file('blob.attestation')
  await place.json('attest', 'inscription', inscription, '--proof', proof, '--out', attestation)
  const out = place.file('stored.result')
  const [content, wrong] = [await place.put('image', image.pixels), await place.put('other', other.pixels)]
  const prove = (...more: string[]) =>
    wsc('graph', 'prove', GRAPH, '--attestation', attestation, '--proof', proof, '--out', out, ...more)
  const [digit, commitment] = digitOutputs(image.pixels)
  const outputs = { digit: `${digit}`, image: `${commitment}` }
  expect(await prove('--content', wrong)).toMatchObject({ exit: 1, json: { reason: 'other-content' } })
  expect(await prove()).toMatchObject({ exit: 2, stderr: expect.stringContaining('takes --content once') })
  expect(await prove('--content', content)).toMatchObject({ exit: 0, json: { inputs: [blob], outputs } })
  const verified = await wsc(
    ...['graph', 'verify', out, '--graph', GRAPH, '--attestation', attestation, '--content', content, '--proof', proof],
  )
  expect(verified).toMatchObject({ exit: 0, json: { valid: true, inputs: [blob], outputs } })

  // The same by a name, as it was at a block: what its author says later changes nothing of that.
  const naming = (seq: number, id: Uint8Array) =>
    inscribe(recordMetadata(seq, bytesToHex(nameProgram('site')), 'name'), encodeBody('name', { id, name: 'site' }))
  const name = await naming(1, id)
  const { height, record } = (await place.list('--kind', 'name'))[0]!
  const uri = `web3://site.${record!.author}:3669344250`
  await naming(2, new Uint8Array(32).fill(7))
  await writeFile(
    manifest,
    (await readFile(manifest, 'utf8')).replace('kind: storage', `kind: storage\n    name: ${uri}`),
  )
  await place.json('bus', 'prove', '--out', proof)
  const [site, now] = [place.file('site'), place.file('site-now')]
  const attest = (folder: string, ...more: string[]) =>
    wsc('attest', 'records', '--name', uri, '--proof', proof, '--out', folder, ...more)
  expect(await attest(now)).toMatchObject({ exit: 1, json: { reason: 'no-such-name' } })
  expect(await attest(site, '--to', `${height}`)).toMatchObject({ exit: 0, json: { records: 2 } })
  const by = ['--attestation', site, '--content', content, '--proof', proof]
  const inputs = [name, blob]
  expect(await wsc('graph', 'prove', GRAPH, ...by, '--out', out)).toMatchObject({ exit: 0, json: { inputs, outputs } })
  expect(await wsc('graph', 'verify', out, '--graph', GRAPH, ...by)).toMatchObject({
    exit: 0,
    json: { valid: true, inputs, height, completeness: 'not known' },
  })
}, 300_000)
