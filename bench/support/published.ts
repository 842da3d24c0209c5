/**
 * Figures of other systems, not measured by these benches. Those of btc-nova-lc (Nova in Rust, one header chain, fewer
 * rules: nBits only at boundaries) were measured on another day on a 2-core machine of this kind; the rest is what the
 * systems themselves publish.
 */
export const ELSEWHERE = 'measured elsewhere'

export interface BtcNovaLc {
  readonly headersPerStep: 1 | 2 | 4
  /** With Nova's augmentation. */
  readonly constraints?: number
  readonly secondsPerHeader: number
  readonly compressSeconds: number
  readonly proofBytes: number
}

export const btcNovaLc: readonly BtcNovaLc[] = [
  { headersPerStep: 1, constraints: 103_965, secondsPerHeader: 0.68, compressSeconds: 5.4, proofBytes: 12_608 },
  { headersPerStep: 2, secondsPerHeader: 0.5, compressSeconds: 7.3, proofBytes: 12_984 },
  { headersPerStep: 4, constraints: 376_536, secondsPerHeader: 0.42, compressSeconds: 11.6, proofBytes: 13_360 },
]

/** Our own prototype with nova-snark 0.76 alone, without witness generation: wall and CPU seconds a header. */
export const prototype = [
  {
    headersPerStep: 1,
    constraints: 51_450,
    secondsPerHeader: 0.51,
    cpuPerHeader: 0.9,
    compressSeconds: 5.9,
    proofBytes: 11_072,
  },
  {
    headersPerStep: 2,
    constraints: 100_782,
    secondsPerHeader: 0.36,
    cpuPerHeader: 0.66,
    compressSeconds: 6.5,
    proofBytes: 11_320,
  },
  {
    headersPerStep: 4,
    constraints: 199_446,
    secondsPerHeader: 0.29,
    cpuPerHeader: 0.54,
    compressSeconds: 8.3,
    proofBytes: 11_568,
  },
] as const

/** Proofs of handwritten digits by other systems, likewise. */
export const digitsElsewhere = [
  {
    name: 'circomlib-ml, MNIST 784-56-10 (Groth16)',
    constraints: '73,416',
    prove: '2.35 s',
    verify: '–',
    proof: '–',
    setUp: '690 s, a ceremony of its own',
    memory: '2.3 GB',
  },
  {
    name: 'EZKL 23, MNIST 784-32-10 (halo2)',
    constraints: '–',
    prove: '10–13 CPU-s',
    verify: '0.06 CPU-s',
    proof: '3,072 B',
    setUp: 'universal, proving key 138 MB',
    memory: '355 MB',
  },
] as const

/** One-shot proofs of other systems, from their own publications or measured on another day on a machine of this kind. */
export const oneShotElsewhere = [
  {
    name: 'nova-snark’s DirectSNARK, Mercury (prototype)',
    constraints: '51,450',
    prove: '0.6 s',
    verify: '25–35 ms',
    proof: '4,808 B',
    setUp: 'universal',
  },
  {
    name: 'nova-snark’s DirectSNARK, Mercury (prototype)',
    constraints: '100,782',
    prove: '1.1 s',
    verify: '48 ms',
    proof: '5,056 B',
    setUp: 'universal',
  },
  {
    name: 'snarkjs PLONK, one header',
    constraints: '88,844 as R1CS',
    prove: '334 s',
    verify: '–',
    proof: '–',
    setUp: 'universal',
  },
  ...digitsElsewhere,
  {
    name: 'storage-proofs-circuits, 10 samples (snarkjs Groth16)',
    constraints: '175,560',
    prove: '7.7 s',
    verify: '–',
    proof: '–',
    setUp: 'a ceremony of its own',
  },
  {
    name: 'OpenVM 2.0, 100,000 RISC-V instructions',
    constraints: '–',
    prove: '31 CPU-s',
    verify: '0.07 s',
    proof: '522 kB',
    setUp: 'none',
  },
] as const

/** What a light client of a header chain reads and how long it verifies, as the systems themselves publish it. */
export const lightSyncElsewhere = [
  { name: 'ZeroSync/header_chain (Cairo)', reads: '180 kB, and 1.5 MB of public input', verifies: '5 s on a phone' },
  { name: 'starkware-bitcoin/raito (Cairo, Stwo)', reads: '1–2.5 MB', verifies: '100 ms to seconds' },
  { name: 'btc-nova-lc (Nova)', reads: '12.6–13.7 kB', verifies: '29–53 ms' },
] as const
