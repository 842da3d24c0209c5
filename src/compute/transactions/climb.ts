import { type AccumulatorPath, type Leaf, type PathPlan, planPath } from '../../bus/index.ts'

/** One step from a leaf up to the commitment of its history: circuits/compute/climb-history.circom. */
export interface ClimbStep {
  /** Where one comes from: at a node 0 is its own leaf, 1 and 2 its older and newer half; in a list 0 the root, 2 what follows. */
  readonly place: 0 | 1 | 2
  readonly list: boolean
  /** What stands at the other two places. */
  readonly siblings: readonly [bigint, bigint]
}

/** A header's leaf, and the way up from it. */
export interface OpenedHeader {
  readonly leaf: Leaf
  readonly climb: readonly ClimbStep[]
}

/** The way of leaf `index` of `count` along its path; `empty` is the commitment of the empty list. */
export function climbOf(
  { count, index, path }: { readonly count: number; readonly index: number; readonly path: AccumulatorPath },
  empty: bigint,
): ClimbStep[] {
  const plan: PathPlan = planPath(count, index)
  const elements = path.values()
  const take = (): bigint => {
    const { value } = elements.next()
    if (value === undefined) throw new RangeError('the path is too short')
    return value
  }
  const climb: ClimbStep[] = []
  if (plan.halves !== null) climb.push({ place: 0, list: false, siblings: [take(), take()] })
  for (const { from } of plan.steps) {
    climb.push({ place: from === 'older' ? 1 : 2, list: false, siblings: [take(), take()] })
  }
  const rest = plan.older === 0 ? empty : take()
  climb.push({ place: 0, list: true, siblings: [BigInt(plan.size), rest] })
  for (const { size } of plan.newer) climb.push({ place: 2, list: true, siblings: [take(), BigInt(size)] })
  return climb
}
