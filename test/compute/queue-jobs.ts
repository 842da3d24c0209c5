import { fromDisplay } from '../../src/bitcoin/index.ts'
import type { ProvingJob } from '../../src/compute/queue/job.ts'
import { encodeResult } from '../../src/compute/result/result-file.ts'
import { hexToBytes } from '../../src/lib/index.ts'

const hex = (n: number) => n.toString(16).padStart(64, '0')

/** A job of a circuit, by its number. */
export const jobOf = (n: number, change: Partial<ProvingJob> = {}): ProvingJob => ({
  ...{ id: hex(n), program: 'ab'.repeat(32), kind: 'circuit', height: n, blockHash: hex(1_000_000 + n) },
  ...{ inputs: [{ name: 'body', bytes: Uint8Array.of(n, 0, 255) }], priority: 10, attempts: 3 },
  ...change,
})

/** A result of that job, as a file; the queue does not judge its proof. */
export function resultOf(job: ProvingJob, proof: Uint8Array = Uint8Array.of(7)): Uint8Array {
  const about = { program: hexToBytes(job.program), height: job.height, blockHash: fromDisplay(job.blockHash), proof }
  if (job.kind === 'stream') return encodeResult({ kind: 'stream', ...about, steps: 1, state: [1n], log: [] })
  if (job.kind === 'circuit') return encodeResult({ kind: 'circuit', ...about, values: [1n] })
  const counted = { script: Uint8Array.of(0x51), outputs: 1n, sum: 5n, transactions: [{ height: 1, index: 0 }] }
  return encodeResult({ kind: 'transactions', ...about, steps: 1, from: 1, to: 1, ...counted })
}
