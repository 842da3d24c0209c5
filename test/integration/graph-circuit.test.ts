import { chmod, mkdir, readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digitOutputs, heldOutDigits, type LabelledImage } from '../compute/digits.ts'
import { SettlementPlace } from '../support/settlement-place.ts'

/** A graph that reads an inscription, by the command: an image is inscribed on regtest, and its digit proved. */
let place: SettlementPlace
beforeAll(async () => {
  place = await SettlementPlace.make(2, { args: ['-txindex=1'] })
})
afterAll(() => place.remove())

const wsc = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run(...argv, ...(argv[1] === 'init' ? [] : ['--json']))
  return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null }
}

test('digits: from an inscribed image to a result that anyone verifies by the bus proof', async () => {
  const GRAPH = place.file('my-digits')
  expect(await wsc('graph', 'init', GRAPH, '--template', 'ml')).toMatchObject({ exit: 0 })
  const [image, other] = heldOutDigits() as [LabelledImage, LabelledImage]
  const ids: string[] = []
  for (const [i, { pixels }] of [image, other].entries()) {
    const job = await place.inscribe('--body', await place.put(`image-${i}`, pixels))
    ids.push(job.inscriptions[0]!.id)
  }
  const [digit, commitment] = digitOutputs(image.pixels)
  const outputs = { digit: `${digit}`, image: `${commitment}` }
  const ran = await wsc('graph', 'exec', GRAPH, '--input', place.file('image-0'))
  expect(ran).toMatchObject({ exit: 0, json: { proved: false, outputs } })
  expect(await wsc('graph', 'exec', GRAPH, '--input', await place.put('short', 'x'))).toMatchObject({ exit: 2 })

  const proof = place.file('chain.proof')
  await place.json('bus', 'prove', '--out', proof)
  const attested = async (i: number) => {
    const out = place.file(`image-${i}.attestation`)
    await place.json('attest', 'inscription', ids[i]!, '--proof', proof, '--out', out)
    return out
  }
  const [first, second] = [await attested(0), await attested(1)]
  const out = place.file('image.result')
  const made = ['--attestation', first, '--proof', proof, '--out', out]
  const proved = await wsc('graph', 'prove', GRAPH, ...made)
  expect(proved).toMatchObject({ exit: 0, json: { inputs: [ids[0]], outputs } })
  console.log(`digits: ${proved.json.bytes} bytes, ${proved.json.seconds} s`)

  const verify = (attestation: string, under = proof) =>
    wsc('graph', 'verify', out, '--graph', GRAPH, '--attestation', attestation, '--proof', under)
  const verified = await verify(first)
  expect(verified).toMatchObject({ exit: 0, json: { valid: true, inputs: [ids[0]], outputs, setup: 'insecure-dev' } })
  expect(verified.json.program).toBe(proved.json.program)
  expect(await verify(second)).toMatchObject({ exit: 1, json: { valid: false, reason: 'wrong-block' } })

  // Under a later proof, once its attestation is brought to that.
  await place.node.mine(3)
  const later = place.file('later.proof')
  await place.json('bus', 'prove', '--out', later)
  expect(await verify(first, later)).toMatchObject({ exit: 1, json: { reason: 'attestation:other-proof' } })
  const refreshed = place.file('later.attestation')
  await place.json('attest', 'refresh', first, '--proof', later, '--out', refreshed)
  expect(await verify(refreshed, later)).toMatchObject({ exit: 0, json: { outputs, height: verified.json.height } })

  // Without what it reads there is nothing to prove or to verify.
  for (const argv of [
    ['prove', GRAPH, '--out', out],
    ['verify', out, '--graph', GRAPH, '--proof', proof],
    ['exec', GRAPH],
  ]) {
    expect(await wsc('graph', ...argv)).toMatchObject({ exit: 2 })
  }
}, 300_000)

/** Four hidden bytes and their sum, over a commitment that is inscribed. */
const SALTED = {
  'graph.yaml': `version: 1
name: hidden-sum
dataSources:
  - kind: inscription
trigger:
  onRequest: true
program:
  kind: circuit
  circuit: hidden-sum.circom
  proofSystem: groth16
  input: { salt: salt, bytes: 32, commitment: hidden }
  arguments:
    - { signal: part, elements: 4, private: true }
    - { signal: salt, private: true }
  outputs: [sum, hidden]
`,
  'hidden-sum.circom': `pragma circom 2.1.6;
include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
include "wsc-bitcoin/circuits/compute/salted.circom";
template HiddenSum() {
    signal input part[4];
    signal input salt;
    signal output sum;
    signal output hidden;
    component bytes = BytesCommitment(4);
    bytes.in <== part;
    component salted = Salted();
    salted.in <== bytes.out;
    salted.salt <== salt;
    hidden <== salted.out;
    sum <== part[0] + part[1] + part[2] + part[3];
}
component main = HiddenSum();
`,
}

test('private inputs: what is inscribed is a salted commitment, which the proof opens and shows nothing of', async () => {
  await mkdir(place.file('hidden-sum'), { recursive: true })
  for (const [name, text] of Object.entries(SALTED)) await place.put(`hidden-sum/${name}`, text)
  const GRAPH = place.file('hidden-sum')
  const given = await place.put('parts.json', JSON.stringify({ part: ['1', '2', '3', '250'] }))
  await chmod(given, 0o600)
  const commit = async (name: string) => {
    const [out, opening] = [place.file(`${name}.commitment`), place.file(`${name}.opening`)]
    const made = await wsc('graph', 'commit', GRAPH, '--arguments', given, '--opening', opening, '--out', out)
    expect(made).toMatchObject({ exit: 0 })
    return { out, opening, commitment: made.json.commitment as string }
  }
  const [first, second] = [await commit('first'), await commit('second')]
  // Of the same values under another salt nothing is known again, and no opening is overwritten.
  expect(first.commitment).not.toBe(second.commitment)
  expect((await stat(first.opening)).mode & 0o777).toBe(0o600)
  const again = ['--arguments', given, '--opening', first.opening, '--out', first.out]
  expect(await wsc('graph', 'commit', GRAPH, ...again)).toMatchObject({ exit: 2 })
  const salted = await wsc('graph', 'commit', GRAPH, ...again.with(1, second.opening))
  expect(salted).toMatchObject({ exit: 2, stderr: expect.stringMatching(/salt/i) })

  const { inscriptions } = await place.inscribe('--body', first.out)
  const [proof, attestation, out] = ['hidden.proof', 'hidden.attestation', 'hidden.result'].map((name) =>
    place.file(name),
  )
  await place.json('bus', 'prove', '--out', proof!)
  await place.json('attest', 'inscription', inscriptions[0]!.id, '--proof', proof!, '--out', attestation!)
  const prove = (opening: string) =>
    wsc(
      'graph',
      'prove',
      GRAPH,
      '--arguments',
      opening,
      '--attestation',
      attestation!,
      '--proof',
      proof!,
      '--out',
      out!,
    )
  expect(await prove(second.opening)).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('their salt is another'),
  })
  const outputs = { sum: '256', hidden: first.commitment }
  expect(await prove(first.opening)).toMatchObject({ exit: 0, json: { inputs: [inscriptions[0]!.id], outputs } })
  const { salt } = JSON.parse(await readFile(first.opening, 'utf8')) as { salt: string }
  expect((await readFile(out!)).includes(Buffer.from(BigInt(salt).toString(16).padStart(64, '0'), 'hex'))).toBe(false)
  const verified = await wsc(
    'graph',
    'verify',
    out!,
    '--graph',
    GRAPH,
    '--attestation',
    attestation!,
    '--proof',
    proof!,
  )
  expect(verified).toMatchObject({ exit: 0, json: { valid: true, outputs, inputs: [inscriptions[0]!.id] } })
}, 300_000)
