/** What is used of snarkjs 0.7, which brings no types. */
declare module 'snarkjs' {
  interface Logger {
    debug(text: string): void
    info(text: string): void
    warn(text: string): void
    error(text: string): void
  }

  interface MemoryFile {
    readonly type: 'mem'
    readonly data: Uint8Array
  }

  /** Projective coordinates in decimal, of which the third is 1. */
  type G1Text = readonly [string, string, string]
  type G2Text = readonly [readonly [string, string], readonly [string, string], readonly [string, string]]

  interface Groth16KeyText {
    readonly vk_alpha_1: G1Text
    readonly vk_beta_2: G2Text
    readonly vk_gamma_2: G2Text
    readonly vk_delta_2: G2Text
    readonly IC: readonly G1Text[]
  }

  interface Groth16ProofText {
    readonly pi_a: G1Text
    readonly pi_b: G2Text
    readonly pi_c: G1Text
  }

  export const groth16: {
    prove(
      zkey: string,
      witness: MemoryFile,
      logger?: Logger,
    ): Promise<{ readonly proof: Groth16ProofText; readonly publicSignals: readonly string[] }>
    verify(key: object, publicSignals: readonly string[], proof: object): Promise<boolean>
  }
  export const wtns: { check(r1cs: string, witness: MemoryFile, logger?: Logger): Promise<boolean> }
  interface Curve {
    terminate(): Promise<void>
  }
  export const powersOfTau: {
    verify(ptau: string, logger?: Logger): Promise<boolean>
    newAccumulator(curve: Curve, power: number, ptau: string): Promise<Uint8Array>
    contribute(from: string, to: string, name: string, entropy: string): Promise<Uint8Array>
    preparePhase2(from: string, to: string): Promise<void>
  }
  export const zKey: {
    /** −1 where it cannot be made, which the logger is told. */
    newZKey(r1cs: string, ptau: string, zkey: string, logger?: Logger): Promise<Uint8Array | -1>
    contribute(from: string, to: string, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>
    /** `iterations` is the logarithm of their number, 10 at least. */
    beacon(
      from: string,
      to: string,
      name: string,
      hex: string,
      iterations: number,
      logger?: Logger,
    ): Promise<Uint8Array>
    /** Throws for what is no key, and says `false` of one that is none of that circuit and those powers. */
    verifyFromInit(initial: string, ptau: string, zkey: string, logger?: Logger): Promise<boolean>
    exportVerificationKey(zkey: string, logger?: Logger): Promise<Groth16KeyText>
  }
  /** Threads that keep a process alive. */
  export const curves: { getCurveFromName(name: 'bn128'): Promise<Curve> }
}
