import { hexToBytes } from '@noble/hashes/utils.js'
import { expect } from 'vitest'
import { checkHeader, decodeHeader, mainnet } from '../../src/bitcoin/index.ts'
import { retarget } from '../../src/bitcoin/required-bits.ts'
import { tipContext } from './excerpts.ts'

export interface Retarget {
  readonly height: number
  readonly prev_bits: string
  readonly new_bits: string
  readonly timespan: number
  readonly epoch_first: string
  readonly epoch_last: string
  readonly next_first: string
}

/** Only first, last and next header are known: ten zero times in front let the median pass. */
export function checkRetarget(one: Retarget): void {
  const [first, last, next] = [one.epoch_first, one.epoch_last, one.next_first].map((hex) =>
    decodeHeader(hexToBytes(hex)),
  )
  if (!first || !last || !next) throw new Error('incomplete vector')
  expect(last.time - first.time).toBe(one.timespan)
  expect(retarget(Number.parseInt(one.prev_bits, 16), one.timespan, mainnet.limitCompact).toString(16)).toBe(
    one.new_bits,
  )
  const context = tipContext(one.height - 1, last, first, [...Array<number>(10).fill(0), last.time])
  expect(checkHeader(mainnet, context, next)).toMatchObject({ ok: true, next: { height: one.height } })
}
