// The Node addon `wsc-folding.node`. Field elements are 32 bytes, little-endian, canonical; vectors are concatenated.
// Every error thrown or rejected with is an `Error` with one of these codes.

export type FoldingErrorCode =
  | 'E_R1CS'
  | 'E_PTAU'
  | 'E_KEY'
  | 'E_ACCUMULATOR'
  | 'E_WITNESS'
  | 'E_PUBLIC_VALUES'
  | 'E_PROOF_MALFORMED'
  | 'E_PROOF_INVALID'
  | 'E_ABORTED'
  | 'E_IO'
  | 'E_INTERNAL'

export type SetupKind = 'ceremony' | 'insecure-dev'

/** circomlib's PoseidonEx(3,1) with initial state `tag`, in batches: k·96 bytes in, k·32 out. */
export function poseidon(tag: number, inputs: Uint8Array): Uint8Array

/** Roots of whole units of storage: k·7,936 bytes in, k·32 out. */
export function unitRoots(units: Uint8Array): Promise<Uint8Array>

/** Nodes of storage's 16-ary trees, circomlib's PoseidonEx(16,1) with initial state `tag`: k·512 bytes in, k·32 out. */
export function treeNodes(tag: number, children: Uint8Array): Uint8Array

/**
 * `width` bytes, a multiple of 64, at one place of every parity unit, from those of the data units:
 * `dataUnits`·`width` bytes in, ⌈`dataUnits`/2⌉·`width` out.
 */
export function encodeColumn(dataUnits: number, width: number, data: Uint8Array): Promise<Uint8Array>

/** The same of the data units, from any `dataUnits` units of the codeword, whose numbers rise. */
export function restoreColumn(
  dataUnits: number,
  width: number,
  numbers: Uint32Array,
  units: Uint8Array,
): Promise<Uint8Array>

/**
 * Both outputs of circomlib's PoseidonEx(n, 2) with initial state `tag`, of two, three, four, six or seven elements: n·32
 * bytes in, 64 out.
 */
export function storageDraw(tag: number, inputs: Uint8Array): Uint8Array

/**
 * Units of storage under the mask: k·7,936 bytes in, k·8,192 out.
 *
 * @param base of provider and blob, an element
 * @param numbers of the units in the blob
 * @param parallel on all cores, else on one
 */
export function maskUnits(
  base: Uint8Array,
  numbers: Uint32Array,
  units: Uint8Array,
  parallel: boolean,
): Promise<Uint8Array>

/**
 * The same units from under the mask: k·8,192 bytes in, k·7,936 out; then a byte for each, 1 where it is a unit. Where it is
 * none (an element that is not canonical, or decodes to 2^248 or more) that byte is 0 and the unit zeros.
 */
export function unmaskUnits(
  base: Uint8Array,
  numbers: Uint32Array,
  encoded: Uint8Array,
  parallel: boolean,
): Promise<Uint8Array>

/**
 * α and β₁ of the tries of sampling `from` … `from` + `count` − 1: 64 bytes each.
 *
 * @param challenge six elements: net, hi(c), lo(c), hi(key), lo(key), first
 */
export function trySeeds(challenge: Uint8Array, from: number, count: number): Uint8Array

/**
 * e₁ and β₂ of each try from its first unit (8,192 bytes, as it is kept under the mask): 64 bytes each; then a byte for each,
 * 1 where it has them. Where its unit is null or no 256 canonical elements, that byte is 0 and so are the others.
 */
export function trySeconds(seeds: Uint8Array, units: readonly (Uint8Array | null)[]): Uint8Array

/** The ticket of each try from its second unit: 16 bytes each, little-endian; then a byte for each, 1 where it has one. */
export function tryTickets(seeds: Uint8Array, seconds: Uint8Array, units: readonly (Uint8Array | null)[]): Uint8Array

/** Writes development powers of tau from a published secret: INSECURE, for regtest and tests. */
export function makeDevPtau(
  path: string,
  power: number,
  onProgress?: (done: number, total: number) => void,
): Promise<void>

export interface SetupOptions {
  r1cs: string
  ptau: string
  /** An existing directory. */
  outDir: string
  /** Overrides the built-in ceremony's τ·G2, for tests. */
  ceremonyTauG2?: Uint8Array
}

export interface SetupInfo {
  /** Hex of the SHA-256 over the canonical compact key. */
  keyId: string
  setup: SetupKind
  /** Of the step circuit with what folding adds to it, and of the circuit on the other curve. */
  constraints: [number, number]
  arity: number
  wires: number
}

/** Asks running work to stop at its next stage; it then rejects with `E_ABORTED`. */
export class Abort {
  constructor()
  abort(): void
}

/** Writes `outDir/params.bin` and `outDir/verifier.key`, each whole or not at all. What `onProgress` throws is dropped. */
export function setup(
  options: SetupOptions,
  onProgress?: (stage: string, done: number, total: number) => void,
  abort?: Abort,
): Promise<SetupInfo>

export class Prover {
  private constructor()
  static load(dir: string, r1cs: string): Promise<Prover>
  readonly info: SetupInfo
  /** Nothing folded yet. */
  begin(z0: Uint8Array): Fold
  /** Reads what `Fold.save` wrote; refuses a damaged one, another key's or start's, and one that does not verify. */
  restore(bytes: Uint8Array, z0: Uint8Array): Promise<Fold>
}

/** Calls on one fold run one after another: await each. */
export class Fold {
  private constructor()
  readonly steps: number
  /** The state after the last finished step. */
  state(): Uint8Array
  /** Folds one step. `witness`: every wire in circom's order. Refuses (E_WITNESS) one that breaks a constraint or
   * starts from another state; the fold is then unchanged. */
  fold(witness: Uint8Array): Promise<void>
  /** Another fold of the same steps, which goes its own way from here. */
  fork(): Promise<Fold>
  save(): Promise<Uint8Array>
  /** One proof of all steps so far; folding can go on afterwards. */
  compress(onProgress?: (stage: string, done: number, total: number) => void, abort?: Abort): Promise<Uint8Array>
}

export class Verifier {
  constructor(compactKey: Uint8Array, ceremonyTauG2?: Uint8Array)
  readonly keyId: string
  /** Hex of a SHA-256 over all of the key that does not depend on the powers of tau: which circuit it is of. */
  readonly circuitId: string
  readonly setup: SetupKind
  readonly arity: number
  /** The state after `steps` steps from `z0`; rejects with E_PROOF_MALFORMED or E_PROOF_INVALID. */
  verify(snark: Uint8Array, steps: number, z0: Uint8Array): Promise<Uint8Array>
}

/** Witnesses of the bus circuit, computed natively; equal to circom's, byte for byte. */
export class BusWitness {
  /** `sym`: the circuit's symbol file; one of another circuit is refused (E_WITNESS). */
  constructor(sym: Uint8Array)
  readonly wires: number
  /** `input`: state (10·32 bytes), peaks (9·32), words (24·4, little-endian), active (1). */
  compute(input: Uint8Array): Promise<Uint8Array>
}

/** Witnesses of the certificate's step circuit, in the same way. */
export class CertifyWitness {
  constructor(sym: Uint8Array)
  readonly wires: number
  /** `input`: state (5·32 bytes), encoded (6·256·32), children (6·4·16·32), by samples. */
  compute(input: Uint8Array): Promise<Uint8Array>
}

/** What the set-up of a circuit for one-shot proofs made. */
export interface CircuitInfo {
  /** Hex of the SHA-256 over the canonical compact key. */
  keyId: string
  setup: SetupKind
  constraints: number
  wires: number
  /** Outputs, then public inputs. */
  publicValues: number
}

/**
 * Writes `outDir/params.bin` and `outDir/verifier.key` for one-shot proofs of any circuit, whatever its outputs and
 * inputs. Each appears whole or not at all; what `onProgress` throws is dropped.
 */
export function setUpCircuit(
  options: SetupOptions,
  onProgress?: (stage: string, done: number, total: number) => void,
  abort?: Abort,
): Promise<CircuitInfo>

export interface CircuitProof {
  proof: Uint8Array
  /** 32 bytes each: outputs, then public inputs. */
  publicValues: Uint8Array
}

/** One-shot proofs of one circuit, by Spartan with Mercury: succinct, not zero-knowledge. */
export class CircuitProver {
  private constructor()
  static load(dir: string, r1cs: string): Promise<CircuitProver>
  readonly info: CircuitInfo
  /** `witness`: every wire in circom's order. Refuses (E_WITNESS) one that breaks a constraint. */
  prove(
    witness: Uint8Array,
    onProgress?: (stage: string, done: number, total: number) => void,
    abort?: Abort,
  ): Promise<CircuitProof>
}

export class CircuitVerifier {
  constructor(compactKey: Uint8Array, ceremonyTauG2?: Uint8Array)
  readonly keyId: string
  readonly setup: SetupKind
  readonly publicValues: number
  /** Rejects with E_PUBLIC_VALUES, E_PROOF_MALFORMED or E_PROOF_INVALID. */
  verify(proof: Uint8Array, publicValues: Uint8Array): Promise<void>
}
