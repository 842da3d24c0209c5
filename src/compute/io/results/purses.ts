import type { Asked } from '../../requests/asker.ts'
import type { Charge } from '../../results/charges.ts'
import type { Spendings } from './spendings.ts'

/** The budget has no room for a result that its operator wants inscribed; `left` of it. */
export interface NoBudget {
  readonly state: 'no-budget'
  readonly cost: bigint
  readonly left: bigint
}

/** A result that others ask for is not paid for; `left` of the budget for that. */
export type RequestUnpaid = {
  readonly state: 'request-unpaid'
  /** One of those who ask. */
  readonly request: string
  readonly cost: bigint
  readonly left: bigint
} & (
  | { readonly why: /** The budget has no room. */ 'budget' | /** No request allows so much. */ 'bound' }
  /** The authors have had their share; from this height on there is room again. */
  | { readonly why: 'share'; readonly from: number }
)

/** What a result is charged to before its record is sent. */
export interface Purse<Unpaid> {
  /** Of the budget of a program, 64 hex digits. */
  left(program: string): Promise<bigint>
  /** `not` says why nothing is charged; `before` where its identity was. */
  charge(one: Omit<Charge, 'asked'>): Promise<{ readonly left: bigint; readonly not: null | 'before' | Unpaid }>
}

/** Of what an operator wants inscribed. */
export function ownPurse(spendings: Pick<Spendings, 'left' | 'charge'>, budget: bigint): Purse<NoBudget> {
  return {
    left: (program) => spendings.left(program, budget),
    async charge(one) {
      const { state, left } = await spendings.charge(one, budget)
      if (state === 'no-room') return { left, not: { state: 'no-budget', cost: BigInt(one.satoshis), left } }
      return { left, not: state === 'before' ? state : null }
    },
  }
}

/** Of what others ask for: the first of them pays who allows so much and has room. */
export function requestsPurse(
  spendings: Pick<Spendings, 'left' | 'chargeAsked'>,
  budget: bigint,
  asked: Asked,
): Purse<RequestUnpaid> {
  return {
    left: (program) => spendings.left(program, budget, 'requests'),
    async charge(one) {
      const charged = await spendings.chargeAsked(one, asked, budget)
      const { left } = charged
      const unpaid = { state: 'request-unpaid', cost: BigInt(one.satoshis), left } as const
      switch (charged.state) {
        case 'charged':
          return { left, not: null }
        case 'before':
          return { left, not: 'before' }
        case 'no-room':
          return { left, not: { ...unpaid, why: 'budget', request: asked.by[0].request } }
        case 'over-bound':
          return { left, not: { ...unpaid, why: 'bound', request: charged.request } }
        case 'no-share':
          return { left, not: { ...unpaid, why: 'share', request: charged.request, from: charged.from } }
      }
    },
  }
}
