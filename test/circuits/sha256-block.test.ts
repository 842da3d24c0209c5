import { sha256 } from '@noble/hashes/sha2.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { templateCounts } from './constraint-counts.ts'
import { H } from './model/sha256-constants.ts'
import { paddedBlocks } from './parse-scene.ts'
import { randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

let circuit: TemplateCircuit
beforeAll(async () => {
  circuit = await loadTemplate('sha256-block')
}, 120_000)

const random = randomNumbers(64n)
const bits = (word: bigint) => Array.from({ length: 32 }, (_, i) => (word >> BigInt(i)) & 1n)

/** A whole message, compression after compression. */
function hashed(message: Uint8Array): Uint8Array {
  const blocks = paddedBlocks(message)
  const view = new DataView(blocks.buffer)
  let iv: readonly bigint[] = H
  for (let at = 0; at < blocks.length; at += 64) {
    const words = Array.from({ length: 16 }, (_, t) => BigInt(view.getUint32(at + 4 * t)))
    const input = { bit: words.map(bits), first: words[0]!, iv, ivBit: iv.map(bits) }
    iv = circuit.run(input)!.map((word) => word & 0xffffffffn)
  }
  return Uint8Array.from(iv.flatMap((word) => [24n, 16n, 8n, 0n].map((by) => Number((word >> by) & 255n))))
}

describe('Sha256Block', () => {
  test('has its exact number of constraints', () => {
    expect(circuit.constraints).toEqual(templateCounts['sha256-block'])
  })

  test('is SHA-256 of messages of any number of blocks', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 119, 120, 200]) {
      for (const fill of [0, 255, undefined]) {
        const message = Uint8Array.from({ length }, () => fill ?? Number(random(8)))
        expect(hashed(message)).toEqual(sha256(message))
      }
    }
  })
})
