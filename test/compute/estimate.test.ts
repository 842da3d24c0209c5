import { expect, test } from 'vitest'
import { type EstimatedSystem, estimateProof, streamSteps } from '../../src/compute/estimate.ts'

// What was measured on two quiet cores (docs/benchmarks.md): an estimate says as much, or up to twice that.
test.each<[string, EstimatedSystem, number, number, number, number]>([
  ['chain-stats over 2,048 headers', 'fold', 97_510, 2_048, 13.9, 989e6],
  ['two headers’ hashes', 'spartan', 102_304, 1, 0.985, 637e6],
  ['digits', 'spartan', 8_457, 1, 0.289, 397e6],
  ['digits', 'groth16', 8_457, 1, 0.8, 362e6],
])('%s by %s takes what it took', (_what, system, constraints, headers, seconds, bytes) => {
  const said = estimateProof(system, constraints, streamSteps(headers, 7))
  for (const [is, was] of [
    [said.seconds, seconds],
    [said.memoryBytes, bytes],
  ] as const) {
    expect(is).toBeGreaterThan(0.95 * was)
    expect(is).toBeLessThan(2 * was)
  }
})

test('a stream takes a step for each tree', () => {
  expect([1, 128, 129, 4_032].map((headers) => streamSteps(headers, 7))).toEqual([1, 1, 2, 32])
})
