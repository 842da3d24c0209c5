import { beforeAll, describe, expect, it } from 'vitest'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { certifyInput } from '../../storage/sampling/certify-input.ts'
import { openedUnitInput } from '../../storage/sampling/opened-unit.ts'
import { type DrawnUnit, winInput } from '../../storage/sampling/win-input.ts'
import { attempt, type Tried, type WinScene, winScene } from './encoded-partition.ts'
import { kernel } from './kernels.ts'

let scene: WinScene
let tried: Tried
beforeAll(async () => {
  scene = await winScene()
  tried = attempt(scene, new Uint8Array(32), 0, 2n ** 128n)
})

/** Not below the field's order. */
const NO_ELEMENT = new Uint8Array(32).fill(255)
const spoilt = (bytes: Uint8Array) => {
  const copy = bytes.slice()
  copy.set(NO_ELEMENT, bytes.length - 32)
  return copy
}

describe('inputs of the circuits of storage', () => {
  it('hold the children of every node above a unit, each at its digit', () => {
    for (const number of [0, 17, 47, 48, 79, 95]) {
      const unit = scene.unit(number)
      const { encoded, children } = openedUnitInput(kernel, unit)
      expect(encoded).toEqual(decodeField(unit.encoded))
      expect(children).toHaveLength(4)
      expect(children[0]).toEqual(decodeField(unit.unitRoots))
      const digits = [0, 4, 8, 12].map((shift) => (unit.unit >> shift) & 15)
      let [node] = decodeField(unit.unitRoots.slice(32 * digits[0]!, 32 * digits[0]! + 32)) as [bigint]
      for (const [level, group] of children.entries()) {
        expect(group[digits[level]!]).toBe(node)
        ;[node] = decodeField(kernel.treeNodes(35 + level, encodeField(group))) as [bigint]
      }
      expect(node).toBe(decodeField(unit.blob.root)![0])
    }
  })

  it.each(['encoded', 'unitRoots', 'chunkPath'] as const)('are not made of other bytes than elements: %s', (name) => {
    const unit = tried.units[0]
    for (const bytes of [unit[name].slice(32), new Uint8Array(), spoilt(unit[name])]) {
      expect(() => openedUnitInput(kernel, { ...unit, [name]: bytes })).toThrow(RangeError)
      expect(() => winInput(kernel, tried.statement, [{ ...unit, [name]: bytes }, tried.units[1]])).toThrow(RangeError)
    }
  })

  it('are not made of another path or root than of elements', () => {
    const [unit, second] = tried.units
    const withPath = (path: Uint8Array): DrawnUnit => ({ ...unit, entry: { ...unit.entry, path } })
    for (const path of [unit.entry.path.slice(32), spoilt(unit.entry.path)]) {
      expect(() => winInput(kernel, tried.statement, [withPath(path), second])).toThrow(RangeError)
    }
    const blob = { ...unit.blob, root: NO_ELEMENT }
    expect(() => winInput(kernel, tried.statement, [{ ...unit, blob }, second])).toThrow(RangeError)
    expect(() => winInput(kernel, { ...tried.statement, tableRoot: NO_ELEMENT }, tried.units)).toThrow(RangeError)
  })

  it('are six units and five elements for the step of a certificate', () => {
    const six = Array.from({ length: 6 }, (_, i) => scene.unit(i))
    const state = new Uint8Array(160)
    expect(certifyInput(kernel, state, six).state).toEqual([0n, 0n, 0n, 0n, 0n])
    expect(() => certifyInput(kernel, state, six.slice(1))).toThrow(RangeError)
    for (const other of [state.slice(32), new Uint8Array(192), spoilt(state)]) {
      expect(() => certifyInput(kernel, other, six)).toThrow(RangeError)
    }
  })
})
