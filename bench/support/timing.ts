import type { Quantity } from './quantity.ts'
import { summary } from './statistics.ts'

export interface Timing {
  readonly wall: number
  /** CPU seconds of this process: all its threads, native ones and workers too. */
  readonly cpu: number
}

/** Runs `work` once and tells what it took. */
export async function timed<T>(work: () => T | Promise<T>): Promise<Timing & { readonly value: T }> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const value = await work()
  const wall = (performance.now() - began) / 1000
  const used = process.cpuUsage(cpu)
  return { value, wall, cpu: (used.user + used.system) / 1e6 }
}

/** `warmUp` runs that do not count, then `runs` that do. */
export async function repeat(runs: number, work: () => unknown, warmUp = 1): Promise<Timing[]> {
  for (let i = 0; i < warmUp; i++) await work()
  const timings: Timing[] = []
  for (let i = 0; i < runs; i++) timings.push(await timed(work))
  return timings
}

/** Wall and CPU seconds of several runs, each divided by how much a run did. */
export function wallAndCpu(timings: readonly Timing[], per = 1): [wall: Quantity, cpu: Quantity] {
  return [
    summary(
      timings.map(({ wall }) => wall / per),
      's',
    ),
    summary(
      timings.map(({ cpu }) => cpu / per),
      's',
    ),
  ]
}
