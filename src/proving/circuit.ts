import type { WitnessSource } from './engine.ts'

/** A circuit compiled by circom: its files, and what it is by name everywhere. */
export interface CompiledCircuit {
  /**
   * SHA-256 in hexadecimal over the compiler's version and flags and over every source file with its name relative to
   * the circuit library: equal on every machine, in a clone and in an installed package. Keys and caches go by it.
   */
  readonly id: string
  /** Paths of what the compiler made: constraints, witness generator (WebAssembly), names of the signals. */
  readonly r1cs: string
  readonly wasm: string
  readonly sym: string
}

/**
 * How a circuit is used, from which follows what keys it needs: a `fold` is one step of many, its outputs are the next
 * step's public inputs; a `one-shot` is proved by itself, and its outputs and public inputs are what the proof shows.
 */
export type CircuitKind = 'fold' | 'one-shot'

/** What a part says of a circuit of its own. */
export interface CircuitDeclaration<Name extends string = string> {
  readonly name: Name
  /** The main file, relative to the circuit library (`circuits/`). */
  readonly source: string
  readonly kind: CircuitKind
  /** Opens the generator of its witnesses. */
  openWitnesses(circuit: CompiledCircuit): Promise<WitnessSource>
}
