import { decodeField } from '../../../src/bus/index.ts'
import type { DrawnUnit } from '../../../storage/sampling/win-input.ts'
import { firstDraw, summaryOf } from '../../storage/draws-reference.ts'
import { draw, FIRST } from '../../storage/encoded-partition.ts'
import type { Lies } from '../model/signals.ts'
import type { WinSignals } from '../model/storage/win.ts'
import { type ForgedScene, signalsOf } from '../win-scene.ts'

/** What a dishonest provider hands in. */
export interface WinAttempt {
  readonly input: WinSignals
  readonly lies?: Lies
}

export interface WinForgery {
  readonly name: string
  readonly attempt: (scene: ForgedScene) => WinAttempt | Promise<WinAttempt>
  /** Every constraint that refuses the witness, and no other; none where the witness is honest and must pass. */
  readonly refusedBy: readonly string[]
}

/** The inputs with the second unit replaced by another. */
export function withSecond(forged: ForgedScene, second: DrawnUnit): WinSignals {
  const { tried } = forged
  return signalsOf({ ...tried, units: [tried.units[0], second] })
}

/** An input of the second unit replaced. */
export function second<
  Name extends 'encoded' | 'blobChildren' | 'tableChildren' | 'count' | 'start' | 'root' | 'entry',
>({ honest }: ForgedScene, name: Name, value: WinSignals[Name][number]): WinSignals {
  return { ...honest, [name]: [honest[name][0], value] }
}

/** The number of the second unit in its partition. */
export const secondNumber = ({ tried }: ForgedScene): number => numberOf(tried.units[1])

export function numberOf({ unit, entry }: DrawnUnit): number {
  return 16 * (entry.first - FIRST) + unit
}

/** Where the second draw leads if the first unit's sum were this one, or the point. */
export function drawnAfter(forged: ForgedScene, sum: bigint): DrawnUnit {
  const { scene, tried, honest } = forged
  const [beta] = draw(22, [tried.betas[0], sum])
  return scene.unit(Number(((beta % 2n ** 64n) * honest.units) >> 64n))
}

export const sumAt = (alpha: bigint, { encoded }: DrawnUnit): bigint => summaryOf(alpha, decodeField(encoded)!)

export const alphaOf = ({ tried: { statement } }: ForgedScene): bigint =>
  firstDraw(draw, statement.challenge, statement.number).alpha
