import type { BlockHash } from '../../bitcoin/index.ts'
import type { CircuitInput } from '../../proving/index.ts'
import type { CircuitProgram } from '../manifest/circuit-program.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { CircuitResult } from '../result/result-file.ts'

/**
 * What is known of a result before it is proved, as far as its identity follows from it: outputs but the commitment stay 0, and there
 * is no proof.
 *
 * @param commitment to what the program reads; null of one that reads nothing
 */
export function expectedResult(
  { id, manifest }: { readonly id: Uint8Array; readonly manifest: Manifest<CircuitProgram> },
  { height, hash }: { readonly height: number; readonly hash: BlockHash },
  given: CircuitInput,
  commitment: bigint | null,
): CircuitResult {
  const { outputs, input, arguments: taken } = manifest.program
  const shown = taken
    .filter((argument) => !argument.private)
    .flatMap(({ signal }) => [given[signal]].flat() as bigint[])
  const values = [...outputs.map((name) => (name === input?.commitment ? (commitment ?? 0n) : 0n)), ...shown]
  return { kind: 'circuit', program: id, height, blockHash: hash, proof: new Uint8Array(), values }
}
