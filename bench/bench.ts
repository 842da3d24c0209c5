import type { Table } from './support/table.ts'

/** One concept measured. It runs in a process of its own, so that CPU seconds and peak memory are its alone. */
export interface Bench {
  readonly name: string
  readonly title: string
  /** What is measured, how, and against what; printed above the tables. */
  readonly about: string
  /** Left out unless asked for by `--only`: why. */
  readonly onlyOnDemand?: string
  run(context: BenchContext): Promise<BenchResult>
}

export interface BenchContext {
  /** As few runs as show that everything works; the figures mean little. */
  readonly quick: boolean
  /** An empty directory that goes when the bench ends. */
  readonly scratch: string
  say(line: string): void
}

export interface BenchResult {
  readonly tables: readonly Table[]
  /** What is to be known about the figures. */
  readonly notes: readonly string[]
}

/** What a bench's process reports of itself. */
export interface Report extends BenchResult {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly quick: boolean
  readonly machine: string
  /** Of the whole bench, preparations included. */
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}
