import { beforeAll, describe, expect, it } from 'vitest'
import { decodeField, encodeField, FIELD_MODULUS } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { poseidonOfWidth, poseidonOutputs } from '../bus/poseidon-reference.ts'
import { someBytes } from './bytes.ts'
import { kernel as native, wasmKernel } from './kernels.ts'

/** circomlib's, from its own constants: 68 partial rounds at width 17. */
const poseidon = poseidonOfWidth(17, 68)

/** The unit whose elements are 0, 1, … 255: the vector of docs/storage.md. */
const counting = new Uint8Array(UNIT_BYTES)
for (let i = 0; i < 256; i++) counting[31 * i] = i

const elements = (unit: Uint8Array) =>
  Array.from({ length: 256 }, (_, i) =>
    unit.subarray(31 * i, 31 * (i + 1)).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n),
  )

function referenceRoot(unit: Uint8Array): bigint {
  const values = elements(unit)
  const rows = Array.from({ length: 16 }, (_, a) => poseidon(33, values.slice(16 * a, 16 * (a + 1))))
  return poseidon(34, rows)
}

describe.each(['addon', 'WebAssembly'])('the kernel of storage by %s', (by) => {
  let kernel: StorageKernel
  beforeAll(async () => {
    kernel = by === 'addon' ? native : await wasmKernel()
  })

  it('hashes sixteen elements as circomlib does', () => {
    const groups = [
      Array(16).fill(0n),
      Array(16).fill(FIELD_MODULUS - 1n),
      Array.from({ length: 16 }, (_, i) => BigInt(i)),
    ]
    for (const tag of [0, 33, 46, 0xffff_ffff]) {
      const hashes = decodeField(kernel.treeNodes(tag, encodeField(groups.flat())))
      expect(hashes).toEqual(groups.map((group) => poseidon(tag, group)))
    }
  })

  it('gives a unit the root of the specification, and of the slow reference', async () => {
    const random = someBytes(UNIT_BYTES)
    const roots = await kernel.unitRoots(new Uint8Array([...counting, ...random]))
    expect(bytesToHex(roots.slice(0, 32).reverse())).toBe(
      '03807e6122a63ed2e40b8044712a5d09a809bd016d5dc95c6a4d9cbc52ae5baf',
    )
    expect(decodeField(roots.slice(32))).toEqual([referenceRoot(random)])
  })

  it('draws as circomlib’s Poseidon of two, three, four, six and seven elements', () => {
    for (const [count, partial] of [
      [2, 57],
      [3, 56],
      [4, 60],
      [6, 63],
      [7, 64],
    ] as const) {
      const inputs = Array.from({ length: count }, (_, i) => FIELD_MODULUS - 1n - BigInt(i))
      const expected = poseidonOutputs(count + 1, partial)(24, inputs).slice(0, 2)
      expect(decodeField(kernel.storageDraw(24, encodeField(inputs)))).toEqual(expected)
    }
    expect(() => kernel.storageDraw(24, encodeField([1n]))).toThrow('two, three, four, six or seven')
  })

  it('codes and restores as the addon does', async () => {
    const [dataUnits, width] = [5, 128]
    const data = someBytes(dataUnits * width)
    const parity = await kernel.encodeColumn(dataUnits, width, data)
    expect(parity).toEqual(await native.encodeColumn(dataUnits, width, data))
    expect(parity.length).toBe(3 * width)
    const all = new Uint8Array([...data, ...parity])
    const numbers = Uint32Array.of(1, 3, 5, 6, 7)
    const column = new Uint8Array([...numbers].flatMap((n) => [...all.subarray(n * width, (n + 1) * width)]))
    expect(await kernel.restoreColumn(dataUnits, width, numbers, column)).toEqual(data)
  })

  it('refuses what does not fit, by its code', async () => {
    const code = (work: () => unknown) =>
      Promise.resolve()
        .then(work)
        .then(
          () => 'taken',
          (error: { code?: unknown }) => error.code,
        )
    expect(await code(() => kernel.unitRoots(counting.subarray(1)))).toBe('E_INTERNAL')
    expect(await code(() => kernel.treeNodes(35, new Uint8Array(511)))).toBe('E_INTERNAL')
    expect(await code(() => kernel.treeNodes(35, new Uint8Array(512).fill(255)))).toBe('E_INTERNAL')
    expect(await code(() => kernel.encodeColumn(2, 63, new Uint8Array(126)))).toBe('E_INTERNAL')
    expect(await code(() => kernel.restoreColumn(2, 64, Uint32Array.of(1, 0), new Uint8Array(128)))).toBe('E_INTERNAL')
    expect(await code(() => kernel.treeNodes(35, new Uint8Array(512)))).toBe('taken')
  })
})
