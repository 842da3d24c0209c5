import { anInteger, type OptionRules, optional, requireOptions, WscError } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { WitnessErrorCode } from '../errors.ts'
import { confineModule, MAX_MODULE_BYTES, PAGE_BYTES } from '../witness-module.ts'
import { readR1csCounts } from './r1cs-header.ts'
import type { WitnessGenerator } from './witness-messages.ts'

/**
 * What a witness generator may take. Circuits of strangers are run, so there is no way to leave these out. They bound
 * WebAssembly's memory, JavaScript's heap and the time of running. The memory that the engine's compiler takes is its
 * process's own and outside of them: it is bounded only by counts of the module (its size, the locals of its functions
 * times their lengths), not by a number of bytes, and values on the operand stack are not counted.
 */
export interface WitnessLimits {
  /** Memory of the generator, and again of the thread around it; 1 GiB by default. */
  readonly memoryBytes?: number
  /** Time of one witness, that of loading the generator included; a minute by default. */
  readonly milliseconds?: number
}

/** A limit that is no number bounds nothing. A timer takes 31 bits of milliseconds, WebAssembly 32 of memory. */
const LIMITS: OptionRules<WitnessLimits> = {
  memoryBytes: optional(anInteger(PAGE_BYTES, 2 ** 32)),
  milliseconds: optional(anInteger(1, 2 ** 31 - 1)),
}

const DEFAULTS = { memoryBytes: 2 ** 30, milliseconds: 60_000 } as const

/** A generator that may be run, and for how long. */
export interface BoundedGenerator extends WitnessGenerator {
  readonly milliseconds: number
}

/** Reads and confines a circuit's generator. Rejects with `E_WITNESS_MODULE` or `E_WITNESS_MEMORY` for one that may not be run. */
export async function readGenerator(circuit: CompiledCircuit, limits: WitnessLimits = {}): Promise<BoundedGenerator> {
  requireOptions('WasmWitnessSource.open', limits, LIMITS)
  const { memoryBytes = DEFAULTS.memoryBytes, milliseconds = DEFAULTS.milliseconds } = limits
  const { wires } = await readR1csCounts(circuit.r1cs)
  const confined = confineModule(await readRegular(circuit.wasm, MAX_MODULE_BYTES), memoryBytes)
  if (!confined.ok) {
    const code: WitnessErrorCode = confined.reject === 'memory' ? 'E_WITNESS_MEMORY' : 'E_WITNESS_MODULE'
    throw new WscError(code, `the witness generator is not run: ${confined.detail} (${confined.reject})`)
  }
  if (wires * 32 > memoryBytes) {
    throw new WscError<WitnessErrorCode>('E_WITNESS_MEMORY', `a witness of ${wires} wires takes more than the limit`)
  }
  return { wasm: confined.wasm, wires, milliseconds }
}
