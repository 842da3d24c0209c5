import { describe, expect, it } from 'vitest'
import {
  contextFromHeaders,
  encodeHeader,
  mainnet,
  packParams,
  regtest,
  testnet4,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { leafCount } from '../../src/bus/accumulator.ts'
import { decodeAnchor, encodeAnchor } from '../../src/bus/anchor.ts'
import { decodeField, encodeField } from '../../src/bus/field.ts'
import { anchorState, startState } from '../../src/bus/state.ts'
import { packState, STATE_ARITY, unpackState } from '../../src/bus/state-vector.ts'
import { stepInput } from '../../src/bus/step-input.ts'
import { headerFile, mineChain, regtestStart } from './chain-fixture.ts'
import { poseidon } from './poseidon-reference.ts'

const chain = mineChain(30)
const at = <T>(list: readonly T[], i: number): T => {
  const value = list[i]
  if (value === undefined) throw new Error(`no element ${i}`)
  return value
}

describe('chain state', () => {
  it('starts at genesis with the start window', () => {
    const vector = packState(startState(mainnet, poseidon))
    const fields = unpackState(vector)
    expect(vector).toHaveLength(STATE_ARITY)
    expect(fields).toMatchObject({ height: 0, bits: 0x1d00ffff, chainwork: 0x100010001n, maxTime: 1231006505 })
    expect(toDisplay(at([fields], 0)?.hash as never)).toBe(
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    )
    const wide = 0xffff_ffff
    expect(fields?.times).toEqual([0, wide, 0, wide, 0, wide, 0, wide, 0, wide, 1231006505])
    expect(vector[8]).toBe(0xffffn << (208n - 112n))
  })

  it('packs and unpacks every state of a chain', () => {
    for (const state of [regtestStart(), ...chain.states]) {
      const vector = packState(state)
      const fields = unpackState(vector)
      expect(fields).toMatchObject({
        params: packParams(regtest),
        height: state.context.height,
        bits: 0x207fffff,
        epochStartTime: state.context.epochStartTime,
        maxTime: state.context.maxTime,
        chainwork: state.context.chainwork,
        accumulator: state.history.commitment,
      })
      expect(fields?.hash).toEqual(state.context.hash)
      expect(fields?.times.slice(-state.context.times.length)).toEqual(state.context.times)
      expect(leafCount(state.history)).toBe(BigInt(state.context.height + 1))
      expect(decodeField(encodeField(vector))).toEqual(vector)
    }
  })

  it('refuses a vector with an element too wide or contradicting another', () => {
    const vector = packState(at(chain.states, 20))
    const widths = [162n, 160n, 128n, 128n, 224n, 128n, 128n, 254n, 143n, 128n]
    widths.forEach((width, i) => {
      expect(unpackState(vector.with(i, at(vector, i) + (1n << width)))).toBeNull()
    })
    expect(unpackState(vector.slice(1))).toBeNull()
    expect(unpackState(vector.with(1, at(vector, 1) + (1n << 128n)))).toBeNull()
    expect(unpackState(vector.with(8, at(vector, 8) - 1n))).toBeNull()
    expect(unpackState(vector.with(9, at(vector, 9) + 1n))).toBeNull()
  })

  it('makes the inputs of a full and of a half step', () => {
    for (let i = 1; i + 1 < chain.states.length; i++) {
      const state = at(chain.states, i - 1)
      const first = { header: at(chain.headers, i), next: at(chain.states, i) }
      const second = { header: at(chain.headers, i + 1), next: at(chain.states, i + 1) }
      const full = stepInput(state, first, second)
      const half = stepInput(state, first)
      expect([full.active, half.active]).toEqual([1, 0])
      expect(at(half.words, 1)).toEqual(new Array(12).fill(0))
      const view = new DataView(encodeHeader(first.header).buffer)
      expect(at(full.words, 0)).toEqual([0, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76].map((o) => view.getUint32(o)))
      for (const { peaks } of [full, half]) {
        const [r0, s0, t0, r1, s1, t1, r2, s2, t2] = peaks as [
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
        ]
        expect(poseidon(3, r0, s0, t0)).toBe(state.history.commitment)
        expect(poseidon(3, r1, s1, t1)).toBe(t0)
        expect(poseidon(3, r2, s2, t2)).toBe(first.next.history.rest?.commitment)
      }
    }
  })
})

/** As version 1 wrote it. */
const OLD_ANCHOR = {
  ...{ format: 'wsc-anchor-1', network: 'regtest', params: '1', height: 1, hash: '00'.repeat(32), bits: '207fffff' },
  ...{ epochStartTime: 0, maxTime: 1, times: [0, 1] },
}

describe('anchor', () => {
  it('survives its file and starts a state of its own', () => {
    for (const height of [1, 5, 10, 11, 29]) {
      const made = contextFromHeaders(regtest, headerFile(chain.headers), 0, height)
      if (!made.ok) throw new Error(made.reject)
      const read = decodeAnchor(regtest, encodeAnchor(regtest, made.next))
      expect(read).toEqual({ ok: true, context: made.next })
      const state = anchorState(regtest, made.next, poseidon)
      const fields = unpackState(packState(state))
      expect(fields).toMatchObject({ height, chainwork: 0n })
      expect(leafCount(state.history)).toBe(1n)
      // Apart from work and accumulator it is the chain's own state.
      const whole = unpackState(packState(at(chain.states, height - 1)))
      expect({ ...fields, chainwork: 0n, accumulator: 0n }).toEqual({ ...whole, chainwork: 0n, accumulator: 0n })
    }
  })

  it('refuses damaged and foreign files', () => {
    const made = contextFromHeaders(regtest, headerFile(chain.headers), 0, 12)
    if (!made.ok) throw new Error(made.reject)
    const text = encodeAnchor(regtest, made.next)
    const rejectOf = (changed: string, params = regtest) => {
      const result = decodeAnchor(params, changed)
      return result.ok ? null : result.reject
    }
    /** The header's nBits are its bytes 72 to 75, little-endian. */
    const withBits = (bits: string) => {
      const bytes = (bits.match(/../g) as string[]).reverse().join('')
      return text.replace(/("header": "[0-9a-f]{144})[0-9a-f]{8}/, `$1${bytes}`)
    }
    expect(withBits('207fffff')).toBe(text)
    expect(rejectOf(text, mainnet)).toBe('wrong-network')
    for (const changed of [
      '',
      text.slice(1),
      text.replace('"height": 12', '"height": 5'),
      text.replace('"height": 12', '"height": 0'),
      text.replace('"height": 12', '"height": -1'),
      withBits('1d00ffff'),
      text.replace('"header": "', '"header": "00'),
      text.replace(/"header": "../, '"header": "0G'),
      // Another time than the last of those listed.
      text.replace(/(?<start>"header": "[0-9a-f]{136})[0-9a-f]{8}/, '$<start>01020304'),
      text.replace(/"maxTime": \d+/, '"maxTime": 5'),
      text + ' '.repeat(5000),
    ]) {
      expect(rejectOf(changed)).toBe('malformed-anchor')
    }
    expect(rejectOf(text, testnet4)).toBe('network-not-provable')
    for (const format of ['wsc-anchor-1', 'wsc-anchor-3']) {
      expect(rejectOf(text.replace('wsc-anchor-2', format))).toBe('unsupported-version')
    }
    expect(rejectOf(JSON.stringify(OLD_ANCHOR))).toBe('unsupported-version')
    // Targets that no state vector can hold, or another spelling of one that it can; never an exception.
    for (const bits of ['03000001', '00000000', '01003456', 'ffffffff', '21007fff', '04923456']) {
      expect(rejectOf(withBits(bits))).toBe('malformed-anchor')
    }
  })

  it('checks the start of an epoch that began within its window', () => {
    const params = { ...regtest, epochLength: 20 }
    for (const height of [5, 20, 25, 29]) {
      const made = contextFromHeaders(params, headerFile(chain.headers), 0, height)
      if (!made.ok) throw new Error(made.reject)
      expect(decodeAnchor(params, encodeAnchor(params, made.next)).ok).toBe(true)
      const other = { ...made.next, epochStartTime: made.next.epochStartTime - 1 }
      expect(decodeAnchor(params, encodeAnchor(params, other))).toMatchObject({ ok: false, detail: 'epoch start time' })
    }
  })
})
