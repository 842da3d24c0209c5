import { sha256 } from '@noble/hashes/sha2.js'
import { encodeField } from '../../bus/index.ts'
import { concatBytes, uint32Bytes } from '../../lib/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ProgramResult, TransactionsResult } from './result-file.ts'

/** Bytes of an identity, and of what commits to an input. */
const IDENTITY_BYTES = 32

/**
 * What a result is about: SHA-256 over a tag twice, the program's id, height (little-endian), block hash, and what commits to its
 * input. Two results of one identity say the same, whoever proved them and however: on Bitcoin the first valid one counts. A
 * circuit that reads nothing of Bitcoin has its place from whoever wrote the result down, and its proof says nothing of it:
 * height and hash are zeros there, for else one proof would count at every block.
 */
export function resultIdentity(manifest: Manifest, result: ProgramResult): Uint8Array {
  return identity(manifest, result, readsBitcoin(manifest) ? result : NOWHERE)
}

/** The same with the block in any case: a proving job makes a result for one block. */
export function jobIdentity(manifest: Manifest, result: ProgramResult): Uint8Array {
  return identity(manifest, result, result)
}

const NOWHERE = { height: 0, blockHash: new Uint8Array(IDENTITY_BYTES) }

function identity(
  manifest: Manifest,
  result: ProgramResult,
  { height, blockHash }: { readonly height: number; readonly blockHash: Uint8Array },
): Uint8Array {
  const tag = sha256(new TextEncoder().encode('wsc/result'))
  const place = [uint32Bytes(height), blockHash]
  return sha256(concatBytes(tag, tag, result.program, ...place, inputCommitment(manifest, result)))
}

/** Whether a proof of the program is bound to a block. */
function readsBitcoin({ program }: Manifest): boolean {
  return program.kind !== 'circuit' || program.input !== undefined || program.history !== undefined
}

/**
 * What commits to the input of a result, 32 bytes. A stream has none but the headers, which the block stands for: zeros. Of a
 * circuit over an attested input it is the output that commits to it; of others, SHA-256 of the public values that were given to
 * the circuit; of those that have both, SHA-256 of both. Where the circuit has private arguments, SHA-256 of all public values: they
 * depend on what nobody sees, and two claims of one place are two. Of transactions it
 * is SHA-256 of the script and of which they are.
 */
function inputCommitment({ program }: Manifest, result: ProgramResult): Uint8Array {
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
