import { describe, expect, it } from 'vitest'
import { decodeField, encodeField, FIELD_MODULUS as P } from '../../src/bus/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { someBytes } from './bytes.ts'
import { decodeUnit, encodeUnit, firstRoundValues, maskKeys, unitAgainstOneKey } from './mask-reference.ts'

const addon = loadAddon()
const BASE = 0x1234_5678_9abc_def0n << 180n
const base = encodeField([BASE])
const ENCODED_BYTES = 8_192

const elementsOf = (unit: Uint8Array) =>
  Array.from({ length: 256 }, (_, i) =>
    BigInt(
      `0x${Buffer.from(unit.slice(31 * i, 31 * (i + 1)))
        .reverse()
        .toString('hex')}`,
    ),
  )
const unitOf = (elements: readonly bigint[]) =>
  new Uint8Array(Buffer.concat(elements.map((element) => encodeField([element]).subarray(0, 31))))

const counting = unitOf(Array.from({ length: 256 }, (_, i) => BigInt(i)))
const units = {
  'the specification’s': counting,
  zeros: new Uint8Array(UNIT_BYTES),
  ones: unitOf(new Array(256).fill(1n)),
  'greatest elements': new Uint8Array(UNIT_BYTES).fill(255),
  'arbitrary bytes': someBytes(UNIT_BYTES),
}

describe('the mask of storage', () => {
  it('gives the specification’s vector', () => {
    const encoded = encodeUnit(1n, 0, elementsOf(counting))
    expect(encoded[0]!.toString(16)).toBe('1e07a61fed62c41bc3c60751c2e836839296a9a6bc1aa2fe02fe2aa353626b43')
    expect(encoded[255]!.toString(16)).toBe('2f49557d64e25b82061d6b2577d68754755a49c62e65b8a692ae8bf2d811c793')
  })

  it.each(Object.entries(units))('is the reference’s, both ways: %s', async (_, unit) => {
    const number = 49_151
    const encoded = await addon.maskUnits(base, Uint32Array.of(number), unit, false)
    const reference = encodeUnit(BASE, number, elementsOf(unit))
    expect(decodeField(encoded)).toEqual(reference)
    expect(decodeUnit(BASE, number, reference)).toEqual(elementsOf(unit))
    expect(await addon.unmaskUnits(base, Uint32Array.of(number), encoded, false)).toEqual(Uint8Array.of(...unit, 1))
  })

  it('takes its first roots of 256 numbers, of which no two are equal, whatever the data (attack 18)', () => {
    const made = unitAgainstOneKey()
    // With one key they would be one number: s + k + c, which is k₁ = k and k₂ = 1.
    expect(new Set(firstRoundValues(made, [99n, 1n])).size).toBe(1)
    for (const elements of [made, ...Object.values(units).map(elementsOf), new Array<bigint>(256).fill(P - 1n)]) {
      for (const unit of [0, 1, 49_151]) {
        expect(new Set(firstRoundValues(elements, maskKeys(BASE, unit))).size).toBe(256)
      }
    }
  })

  it('keeps many units as it keeps each, on one core and on all', async () => {
    const numbers = Uint32Array.of(0, 9, 4)
    const bytes = someBytes(3 * UNIT_BYTES, 5)
    const encoded = await addon.maskUnits(base, numbers, bytes, true)
    for (const [i, number] of numbers.entries()) {
      const one = await addon.maskUnits(
        base,
        Uint32Array.of(number),
        bytes.slice(i * UNIT_BYTES).slice(0, UNIT_BYTES),
        false,
      )
      expect(encoded.slice(i * ENCODED_BYTES, (i + 1) * ENCODED_BYTES)).toEqual(one)
    }
    expect(await addon.unmaskUnits(base, numbers, encoded, true)).toEqual(Uint8Array.of(...bytes, 1, 1, 1))
  })

  it('tells elements that encode no bytes', async () => {
    const encoded = await addon.maskUnits(base, Uint32Array.of(0), counting, false)
    const whole = async (elements: Uint8Array, number = 0) => {
      const decoded = await addon.unmaskUnits(base, Uint32Array.of(number), elements, false)
      return decoded.at(-1) === 1
    }
    const changed = (at: number, element: Uint8Array) => {
      const bytes = encoded.slice()
      bytes.set(element, 32 * at)
      return bytes
    }
    expect(await whole(encoded)).toBe(true)
    // Every element depends on every other: nothing that is changed decodes to bytes again.
    for (const at of [0, 100, 255]) expect(await whole(changed(at, encodeField([P - 1n])))).toBe(false)
    expect(await whole(changed(255, new Uint8Array(32).fill(255)))).toBe(false)
    expect(
      await whole(
        changed(
          0,
          encodeField([P - 1n]).map((byte, i) => (i === 0 ? byte + 1 : byte)),
        ),
      ),
    ).toBe(false)
    expect(await whole(encodeField(new Array(256).fill(P - 1n)))).toBe(false)
    expect(await whole(encoded, 1)).toBe(false)
  })

  it('refuses what does not fit', async () => {
    const refused = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code: 'E_INTERNAL' })
    await refused(addon.maskUnits(base, Uint32Array.of(0, 1), counting, false))
    await refused(addon.maskUnits(new Uint8Array(32).fill(255), Uint32Array.of(0), counting, false))
    await refused(addon.unmaskUnits(base, Uint32Array.of(0), counting, false))
  })
})
