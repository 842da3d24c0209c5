import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeField } from '../../src/bus/index.ts'
import { compileCircom, ensureProofSetup, NativeProofEngine, WasmWitnessSource } from '../../src/proving/io/index.ts'
import { DIGITS_CIRCUIT, digitOutputs, heldOutDigits, type LabelledImage } from '../compute/digits.ts'

/** graphs/digits with the real engine: one image, proved and verified. */
const [image, other] = heldOutDigits() as [LabelledImage, LabelledImage]
const values = digitOutputs(image.pixels)
let engine: NativeProofEngine
let proof: Uint8Array
beforeAll(async () => {
  const keys = await ensureProofSetup(await compileCircom(fileURLToPath(DIGITS_CIRCUIT)))
  engine = await NativeProofEngine.load(keys)
  const witnesses = await WasmWitnessSource.open(keys.circuit)
  const proved = await engine.prove(await witnesses.witness({ pixel: [...image.pixels] }))
  await witnesses.close()
  proof = proved.proof
  expect(proved.publicValues).toEqual(encodeField(values))
}, 300_000)

describe('a digit', () => {
  test('is proved to be what the reference says it is', async () => {
    expect(await engine.verify(proof, encodeField(values))).toEqual({ ok: true })
  })

  test.each([
    ['another digit', values.with(0, (values[0]! + 1n) % 10n)],
    ['the commitment to another image', values.with(1, digitOutputs(other.pixels)[1]!)],
    ['another score', values.with(4, values[4]! + 1n)],
  ])('is not proved with %s', async (_, claimed) => {
    expect(await engine.verify(proof, encodeField(claimed))).toMatchObject({ ok: false, reject: 'proof-invalid' })
  })
})
