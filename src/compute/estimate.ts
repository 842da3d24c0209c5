/** What proves a program, of which each has costs of its own. */
export type EstimatedSystem = 'fold' | 'spartan' | 'groth16'

/** What proving takes, beside making the keys, which is done once. */
export interface Estimate {
  readonly seconds: number
  readonly memoryBytes: number
}

interface Costs {
  /** Seconds for each proof, and for each constraint of it: loading, the last step or the only one, the witness's first. */
  readonly seconds: number
  readonly secondsAConstraint: number
  /** Beside that for each constraint of each step. */
  readonly secondsAStepConstraint: number
  readonly bytes: number
  readonly bytesAConstraint: number
}

/**
 * On two cores of an AMD EPYC, rounded up: chain-stats, digits, and the one-shot circuits of docs/benchmarks.md; groth16 by the processor's time
 * of snarkjs, halved. Nothing is measured on the machine that asks.
 */
const COSTS: Readonly<Record<EstimatedSystem, Costs>> = {
  fold: {
    ...{ seconds: 2, secondsAConstraint: 50e-6, secondsAStepConstraint: 5e-6 },
    ...{ bytes: 250e6, bytesAConstraint: 7_600 },
  },
  spartan: {
    ...{ seconds: 0.25, secondsAConstraint: 10e-6, secondsAStepConstraint: 0 },
    ...{ bytes: 380e6, bytesAConstraint: 2_500 },
  },
  groth16: {
    ...{ seconds: 0.5, secondsAConstraint: 0.1e-3, secondsAStepConstraint: 0 },
    ...{ bytes: 250e6, bytesAConstraint: 26_000 },
  },
}

/** What a proof of so many steps of so many constraints takes, roughly. */
export function estimateProof(system: EstimatedSystem, constraints: number, steps = 1): Estimate {
  const { seconds, secondsAConstraint, secondsAStepConstraint, bytes, bytesAConstraint } = COSTS[system]
  return {
    seconds: seconds + constraints * (secondsAConstraint + steps * secondsAStepConstraint),
    memoryBytes: Math.round(bytes + constraints * bytesAConstraint),
  }
}

/** Steps of a stream over so many headers: of one tree each, or a few more. */
export function streamSteps(headers: number, levels: number): number {
  return Math.ceil(headers / 2 ** levels)
}
