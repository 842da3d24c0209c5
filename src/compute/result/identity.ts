import { sha256 } from '@noble/hashes/sha2.js'
import { encodeField } from '../../bus/index.ts'
import { concatBytes, uint32Bytes } from '../../lib/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ProgramResult, TransactionsResult } from './result-file.ts'

/** Bytes of an identity, and of what commits to an input. */
export const IDENTITY_BYTES = 32

/**
 * What a result is about: SHA-256 over a tag twice, the program's id, height (little-endian), block hash, and what commits to its
 * input. Two results of one identity say the same, whoever proved them and however: on Bitcoin the first valid one counts.
 */
export function resultIdentity(manifest: Manifest, result: ProgramResult): Uint8Array {
  const { program, height, blockHash } = result
  const tag = sha256(new TextEncoder().encode('wsc/result'))
  return sha256(concatBytes(tag, tag, program, uint32Bytes(height), blockHash, inputCommitment(manifest, result)))
}

/**
 * What commits to the input of a result, 32 bytes. A stream has none but the headers, which the block stands for: zeros. Of a
 * circuit over an attested input it is the output that commits to it; of others, SHA-256 of the public values that were given to
 * the circuit; of those that have both, SHA-256 of both. Where the circuit has private arguments, SHA-256 of all public values: they
 * depend on what nobody sees, and two claims of one place are two. Of transactions it
 * is SHA-256 of the script and of which they are.
 */
export function inputCommitment({ program }: Manifest, result: ProgramResult): Uint8Array {
  if (result.kind === 'transactions') return transactionsCommitment(result)
  if (program.kind !== 'circuit' || result.kind !== 'circuit') return new Uint8Array(IDENTITY_BYTES)
  const { input, outputs } = program
  if (program.arguments.some((argument) => argument.private)) return sha256(encodeField(result.values))
  const attested =
    input === undefined ? undefined : result.values.slice(0, outputs.length)[outputs.indexOf(input.commitment)]
  const given = result.values.slice(outputs.length)
  if (attested !== undefined && given.length === 0) return encodeField([attested])
  return sha256(encodeField(attested === undefined ? given : [attested, ...given]))
}

/** Script with its length before it, first and last height, then of each transaction height and index; numbers of 4 bytes, little-endian. */
function transactionsCommitment({ script, from, to, transactions }: TransactionsResult): Uint8Array {
  const numbers = [from, to, ...transactions.flatMap(({ height, index }) => [height, index])]
  return sha256(concatBytes(uint32Bytes(script.length), script, ...numbers.map(uint32Bytes)))
}
