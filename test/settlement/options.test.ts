import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeInscription, JsonFloat, parseJson } from '../../src/settlement/index.ts'
import { refusesWrongTypes } from '../library/wrong-types.ts'
import { textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

let scene: InscriberScene
beforeAll(async () => {
  scene = await InscriberScene.make(1)
})
afterAll(() => scene.remove())

describe('settlement’s options', () => {
  refusesWrongTypes({
    name: 'composeInscription',
    good: () => ({ body: Uint8Array.of(1) }),
    takes: {
      body: (value) => value instanceof Uint8Array,
      contentType: (value) => typeof value === 'string',
      metadata: (value) => {
        const isJson = (one: unknown): boolean =>
          one === null ||
          ['string', 'boolean', 'bigint'].includes(typeof one) ||
          one instanceof JsonFloat ||
          (Array.isArray(one) && one.every(isJson)) ||
          (one instanceof Map && [...one].every(([key, item]) => typeof key === 'string' && isJson(item)))
        return isJson(value)
      },
    },
    call: (draft) => composeInscription(draft, scene.wallet),
  })

  it('are of their types: a text is no JSON’s text, rate or number of blocks', async () => {
    for (const value of [1, null, undefined, {}, Uint8Array.of(0x31)]) {
      expect(() => parseJson(value as never)).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }))
    }
    for (const options of [
      { maxFeeRate: '5' },
      { maxFeeRate: Number.NaN },
      { finality: 0 },
      { finality: '6' },
      { allowInscribed: 'false' },
    ]) {
      expect(() => scene.inscriber(options as never)).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }))
    }
    for (const rate of ['5', Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      const inscriber = scene.inscriber()
      const calls = [
        inscriber.quote([textEnvelope('x')], rate as never),
        inscriber.bump('ab'.repeat(32), rate as never),
        inscriber.accelerate('ab'.repeat(32), rate as never),
      ]
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'E_OPTIONS' })
    }
  })
})
