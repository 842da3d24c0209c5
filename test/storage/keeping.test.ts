import { describe, expect, it } from 'vitest'
import { networkHash } from '../../src/bitcoin/index.ts'
import { decodeField } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { encodedKeeping } from '../../storage/replica/encoded-keeping.ts'
import { rawKeeping } from '../../storage/replica/keeping.ts'
import { Keepings } from '../../storage/replica/keepings.ts'
import { poseidonOutputs } from '../bus/poseidon-reference.ts'
import { someBytes } from './bytes.ts'
import { encodeUnit } from './mask-reference.ts'
import { paramsOf } from './record-scene.ts'

const mask = openMask()
const network = networkHash(paramsOf().network)
const key = someBytes(32, 9)
const id = `${bytesToHex(someBytes(31, 3))}00`

const little = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)

describe.each([rawKeeping, encodedKeeping(mask, network, key)])('keeping, $name', (keeping) => {
  it('gives what was kept, of any units together or alone', async () => {
    const units = someBytes(3 * UNIT_BYTES, 4)
    const kept = await keeping.keep({ id, first: 30 }, units)
    expect(kept.length).toBe(3 * keeping.unitBytes)
    expect(await keeping.give({ id, first: 30 }, kept)).toEqual(units)
    for (let i = 0; i < 3; i++) {
      const place = { id, first: 30 + i }
      const unit = units.slice(i * UNIT_BYTES, (i + 1) * UNIT_BYTES)
      const alone = kept.slice(i * keeping.unitBytes, (i + 1) * keeping.unitBytes)
      expect(await keeping.keep(place, unit)).toEqual(alone)
      expect(await keeping.give(place, alone)).toEqual(unit)
    }
  })

  it('is found by its name', () => {
    expect(new Keepings(network, () => mask).named(keeping.name)?.name).toBe(keeping.name)
  })
})

describe('encoded units', () => {
  it('are the specification’s, of network, blob, provider and number', async () => {
    const unit = someBytes(UNIT_BYTES, 5)
    const elements = Array.from({ length: 256 }, (_, i) => little(unit.subarray(31 * i, 31 * (i + 1))))
    const base = poseidonOutputs(5, 60)(17, [
      little(network.subarray(0, 31)),
      little(Buffer.from(id, 'hex')),
      little(key.subarray(0, 16)),
      little(key.subarray(16)),
    ])[0]!
    const kept = await encodedKeeping(mask, network, key).keep({ id, first: 49_151 }, unit)
    expect(decodeField(kept)).toEqual(encodeUnit(base, 49_151, elements))
  })

  it('are another provider’s, blob’s, number’s or network’s nothing', async () => {
    const kept = await encodedKeeping(mask, network, key).keep({ id, first: 7 }, someBytes(UNIT_BYTES, 6))
    const others = [
      [network, someBytes(32, 10), id, 7],
      [network, key, `${bytesToHex(someBytes(31, 11))}00`, 7],
      [network, key, id, 8],
      [someBytes(32, 12), key, id, 7],
    ] as const
    for (const [net, by, blob, first] of others) {
      expect(await encodedKeeping(mask, net, by).give({ id: blob, first }, kept)).toBeNull()
    }
    expect(await encodedKeeping(mask, network, key).give({ id, first: 7 }, kept.fill(0xff))).toBeNull()
  })

  it('are kept in no other way, and not at all without the addon', () => {
    const none = new Keepings(network, () => {
      throw new Error('no addon')
    })
    for (const name of ['', 'encoded', 'encoded-00', `encoded-${'AA'.repeat(32)}`]) expect(none.named(name)).toBeNull()
    expect(none.named('raw')).toBe(rawKeeping)
    expect(() => none.named(`encoded-${'00'.repeat(32)}`)).toThrow('no addon')
  })
})
