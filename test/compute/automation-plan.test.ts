import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listedOccasions, periodOccasions } from '../../src/compute/automation/occasions.ts'
import { firstOf, lastOf, newestOver } from '../../src/compute/automation/periods.ts'
import { AutomationPlan, type Firing } from '../../src/compute/automation/plan.ts'

const RULE = { period: 4, finality: 3 }
const rule = (since = 0) => ({ occasions: periodOccasions(RULE.period, since), finality: RULE.finality })

/** A chain whose blocks are numbers, and an automation over it that may be killed between any two steps. */
class World {
  readonly chain: number[] = []
  readonly disk = new Map<number, Firing>()
  readonly acted: number[] = []
  plan: AutomationPlan
  #next = 0
  readonly #holds: (blocks: readonly number[]) => boolean

  constructor(holds: (blocks: readonly number[]) => boolean) {
    this.#holds = holds
    this.plan = new AutomationPlan(rule(), [])
  }

  mine(count: number): void {
    for (let i = 0; i < count; i++) {
      this.chain.push(this.#next++)
      this.plan.connected(this.chain.length - 1)
    }
  }

  undo(count: number): void {
    for (let i = 0; i < count && this.chain.length > 0; i++) {
      this.plan.disconnected(this.chain.length - 1)
      this.chain.pop()
    }
  }

  /** What a new process knows: the disk, and the chain as it is. */
  restart(): void {
    this.plan = new AutomationPlan(rule(), this.disk.values())
    for (let height = 0; height < this.chain.length; height++) this.plan.connected(height)
  }

  holds(ordinal: number): boolean {
    return this.#holds(this.chain.slice(firstOf(ordinal, RULE.period), lastOf(ordinal, RULE.period) + 1))
  }

  /** At most so many steps, the last of which may be cut off in its middle. */
  work(most = Number.POSITIVE_INFINITY, killed = false): void {
    for (let left = most; left > 0; left--) {
      const step = this.plan.next()
      if (step === null) return
      const { ordinal } = step
      const at = lastOf(ordinal, RULE.period)
      if (step.kind === 'evaluate') this.plan.evaluated(step, this.holds(ordinal))
      if (step.kind === 'fire') {
        expect(this.chain.length - at).toBeGreaterThanOrEqual(RULE.finality)
        expect(this.holds(ordinal)).toBe(true)
        const firing: Firing = { ordinal, height: at, blockHash: `${this.chain[at]}`, state: 'ready' }
        expect(this.disk.has(ordinal)).toBe(false)
        this.disk.set(ordinal, firing)
        if (left === 1 && killed) return
        this.plan.stored(firing)
      }
      if (step.kind === 'act') {
        const firing = this.disk.get(ordinal) as Firing
        if (`${this.chain[firing.height]}` !== firing.blockHash) {
          this.plan.waits(ordinal)
          continue
        }
        // The same again after a kill comes to nothing new.
        if (!this.acted.includes(ordinal)) this.acted.push(ordinal)
        if (left === 1 && killed) return
        this.disk.set(ordinal, { ...firing, state: 'sent' })
        this.plan.stored({ ...firing, state: 'sent' })
      }
    }
  }
}

describe('periods', () => {
  test('are counted from height 0', () => {
    expect([firstOf(2, 2016), lastOf(2, 2016)]).toEqual([4032, 6047])
    expect([0, 2014, 2015, 2016, 4030, 4031].map((height) => newestOver(height, 2016))).toEqual([-1, -1, 0, 0, 0, 1])
  })
})

describe('an automation', () => {
  test('evaluates when a period is over, and fires when it is final', () => {
    const plan = new AutomationPlan(rule(1), [])
    expect(plan.next()).toBeNull()
    for (let height = 0; height <= 6; height++) plan.connected(height)
    expect(plan.next()).toBeNull()
    plan.connected(7)
    expect(plan.next()).toEqual({ kind: 'evaluate', ordinal: 1, height: 7 })
    plan.evaluated({ ordinal: 1, height: 7 }, true)
    expect(plan.next()).toBeNull()
    plan.connected(8)
    expect(plan.next()).toBeNull()
    plan.connected(9)
    expect(plan.next()).toEqual({ kind: 'fire', ordinal: 1, height: 7 })
  })

  test('evaluates again what a reorg took back, and not what it left', () => {
    const world = new World(() => true)
    world.mine(8)
    world.work()
    expect(world.acted).toEqual([0])
    world.undo(1)
    world.mine(1)
    expect(world.plan.next()).toEqual({ kind: 'evaluate', ordinal: 1, height: 7 })
    world.work()
    world.undo(0)
    expect(world.plan.next()).toBeNull()
  })

  test('does not fire twice where a reorg deeper than finality replaced all of a period', () => {
    const world = new World(() => true)
    world.mine(10)
    world.work()
    expect(world.acted).toEqual([0, 1])
    world.undo(10)
    world.restart()
    world.mine(12)
    world.work()
    expect(world.acted).toEqual([0, 1])
    world.mine(2)
    world.work()
    expect(world.acted).toEqual([0, 1, 2])
  })

  test('fires in the branch where the condition holds, if it did not in the one before', () => {
    let holds = false
    const world = new World(() => holds)
    world.mine(8)
    world.work()
    expect(world.acted).toEqual([])
    holds = true
    world.undo(8)
    world.mine(8)
    world.work()
    expect(world.acted).toEqual([0])
  })

  test('fires for a result once, in whichever block of whichever branch its record is', () => {
    const plan = new AutomationPlan({ occasions: listedOccasions([]), finality: 2 }, [])
    for (let height = 0; height <= 5; height++) plan.connected(height)
    expect(plan.next()).toBeNull()
    const list = [
      { ordinal: 2, height: 4 },
      { ordinal: 3, height: 5 },
    ]
    plan.occur(listedOccasions(list))
    expect(plan.next()).toEqual({ kind: 'evaluate', ordinal: 2, height: 4 })
    plan.evaluated(list[0]!, true)
    expect(plan.next()).toEqual({ kind: 'fire', ordinal: 2, height: 4 })
    plan.stored({ ordinal: 2, height: 4, blockHash: 'a', state: 'sent' })
    plan.evaluated({ ordinal: 3, height: 5 }, true)
    expect(plan.next()).toBeNull()
    // Both records are in another block of the other branch: what has fired does not again, the other is judged anew.
    for (let height = 5; height >= 4; height--) plan.disconnected(height)
    for (let height = 4; height <= 7; height++) plan.connected(height)
    plan.occur(
      listedOccasions([
        { ordinal: 2, height: 5 },
        { ordinal: 3, height: 6 },
      ]),
    )
    expect(plan.next()).toEqual({ kind: 'evaluate', ordinal: 3, height: 6 })
    plan.evaluated({ ordinal: 3, height: 6 }, false)
    expect(plan.next()).toBeNull()
  })

  test('makes no action of a block that has left the chain, nor another in its place', () => {
    const world = new World(() => true)
    world.mine(6)
    world.work(2, true)
    expect([...world.disk.values()]).toMatchObject([{ ordinal: 0, state: 'ready' }])
    world.undo(6)
    world.mine(6)
    world.restart()
    world.work()
    expect(world.acted).toEqual([])
    expect(world.disk.get(0)).toMatchObject({ state: 'ready' })
  })

  test('through blocks, reorgs of any depth and kills: nothing fires twice, too early, or without its condition', () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constant('mine' as const), count: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('undo' as const), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant('work' as const), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant('kill' as const), count: fc.integer({ min: 1, max: 6 }) }),
    )
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), fc.integer({ min: 2, max: 5 }), (moves, modulus) => {
        const world = new World((blocks) => blocks.reduce((sum, block) => sum + block, 0) % modulus !== 0)
        for (const { kind, count } of moves) {
          if (kind === 'mine') world.mine(count)
          if (kind === 'undo') world.undo(count)
          if (kind === 'work') world.work(count)
          if (kind === 'kill') {
            world.work(count, true)
            world.restart()
          }
        }
        expect(new Set(world.acted).size).toBe(world.acted.length)
        // Left alone it comes to rest, and everything final that holds has fired.
        world.mine(1)
        world.work()
        expect(world.plan.next()).toBeNull()
        for (let ordinal = 0; lastOf(ordinal, RULE.period) + RULE.finality <= world.chain.length; ordinal++) {
          if (world.holds(ordinal)) expect(world.disk.has(ordinal)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
