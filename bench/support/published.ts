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
