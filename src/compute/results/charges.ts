import { z } from 'zod'
import { hash256, satoshis, uint32 } from '../../lib/index.ts'
import type { Asked, Asker } from '../requests/asker.ts'
import { mayHaveFrom } from '../requests/author-share.ts'

/** The request that a charge was for, and the tip's height then. */
const chargedFor = z.strictObject({
  request: z.string().max(80),
  author: hash256,
  most: satoshis,
  until: uint32,
  height: uint32,
})

/** What storing a log takes, and the rate that this is for: none where there is nothing to inscribe. */
export const logChargeSchema = z.strictObject({
  cost: satoshis,
  feeRate: z.number().positive().max(100_000).optional(),
})

export type LogCharge = Readonly<z.output<typeof logChargeSchema>>

export const chargeSchema = z.strictObject({
  identity: hash256,
  program: hash256,
  satoshis,
  /** Of the record, which is made again as it was. */
  seq: z.int().min(1),
  /** SHA-256 of its body. */
  body: hash256,
  /** Satoshis a virtual byte, at which it is sent again too; charges of before this was kept have none. */
  feeRate: z.number().positive().optional(),
  /** Folder whose inscriber sends it; that of this file in charges of before others used it. */
  state: z.string().max(4_096).optional(),
  /** What of it is for storing the log that the result names; charges of before this was kept have none. */
  log: logChargeSchema.optional(),
  /** Whose wallet signs and pays; charges of before this was kept have none, and are any author's. */
  author: hash256.optional(),
  /** Id of the job that sends it, which tells whether one does without the proof at hand; charges of before this was kept have none. */
  job: hash256.optional(),
  /** In charges to the budget for what others ask for; the own budget has those without. */
  asked: chargedFor.optional(),
})

/** What was paid for inscribing a result, before it was sent. */
export type Charge = Readonly<z.output<typeof chargeSchema>>

/** Which of a program's two budgets: for what an operator wants inscribed, or for what records of others ask for. */
export type Purse = 'own' | 'requests'

/** What is left of a program's budget. */
export function leftOf(charges: readonly Charge[], program: string, purse: Purse, budget: bigint): bigint {
  const own = purse === 'own'
  const spent = charges.filter((one) => one.program === program && (one.asked === undefined) === own)
  const left = spent.reduce((rest, one) => rest - BigInt(one.satoshis), budget)
  return left > 0n ? left : 0n
}

/** Who of those that ask is charged, or why nobody is, of which `request` says most. */
export type Charged =
  | { readonly state: 'by'; readonly asker: Asker }
  /** None allows so much. */
  | { readonly state: 'over-bound'; readonly request: string }
  /** Their authors have had their share; this one has room again from this height on. */
  | { readonly state: 'no-share'; readonly request: string; readonly from: number }

/** The first of those who ask that allows so much and whose author has room, whatever is left of the budget. */
export function chargedOf(
  charges: readonly Charge[],
  { by, height }: Asked,
  { program, cost, budget }: { readonly program: string; readonly cost: bigint; readonly budget: bigint },
): Charged {
  const paid = charges.flatMap(({ asked, ...one }) =>
    asked === undefined || one.program !== program ? [] : [{ ...asked, satoshis: BigInt(one.satoshis) }],
  )
  const byAuthor = Map.groupBy(paid, ({ author }) => author)
  let waits: { readonly request: string; readonly from: number } | null = null
  for (const asker of by.filter(({ most }) => most >= cost)) {
    const from = mayHaveFrom(byAuthor.get(asker.author) ?? [], { height, cost, budget })
    if (from <= height) return { state: 'by', asker }
    if (waits === null || from < waits.from) waits = { request: asker.request, from }
  }
  if (waits !== null) return { state: 'no-share', ...waits }
  const { request } = by.reduce((best, one) => (one.most > best.most ? one : best))
  return { state: 'over-bound', request }
}

/** All satoshis that there will ever be: a request may say more. */
const MAX_MONEY = 2_100_000_000_000_000n

/** A request as a charge keeps it. */
export function keptAsker({ request, author, most, until }: Asker, height: number): NonNullable<Charge['asked']> {
  return { request, author, most: `${most < MAX_MONEY ? most : MAX_MONEY}`, until, height }
}

/** Who a charge was for; undefined of one to the own budget. */
export function askerOf({ asked }: Charge): Asker | undefined {
  if (asked === undefined) return undefined
  const { request, author, most, until } = asked
  return { request, author, most: BigInt(most), until }
}
