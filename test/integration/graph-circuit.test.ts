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
