import {
  better,
  type FetchProofResult,
  type HeldProof,
  MAX_PROOF_BYTES,
  type ProvedChain,
  type VerifyOptions,
  verifyProof,
} from '../bus/index.ts'
import { equalBytes } from '../lib/index.ts'
import { diskFiles, writeAtomic } from '../lib/io/index.ts'
import { readUpTo } from './inputs.ts'
import type { Terminal } from './terminal.ts'

/**
 * The proof that lies where new ones are to go; null when there is none, or none that is valid by these options. The very
 * bytes of `known` are not verified again.
 */
export async function heldProof(
  file: string,
  options: VerifyOptions,
  terminal: Terminal,
  known: HeldProof | null = null,
): Promise<HeldProof | null> {
  let bytes: Uint8Array
  try {
    bytes = await readUpTo(file, MAX_PROOF_BYTES)
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null
    throw error
  }
  if (known !== null && equalBytes(known.bytes, bytes)) return known
  const chain = await verifyProof(bytes, options)
  if (chain.valid) return { bytes, chain }
  terminal.note(`${file} will be replaced: it holds no valid proof of this chain (${chain.reason})`)
  return null
}

/** Whether the proof held stays: of another tip, and the new one has no more work. */
export function stays(held: ProvedChain, made: ProvedChain): boolean {
  const compared = better(held, made)
  return compared.ok && compared.better === held && held.tip !== made.tip
}

/**
 * Writes what was fetched where it is newer than `held`, the proof that lay in the file when the server was asked. What
 * lies there now is read again: another process may have put a better one there meanwhile, and that one stays.
 */
export async function writeNewer(
  file: string,
  fetched: FetchProofResult,
  held: HeldProof | null,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<FetchProofResult> {
  if (!fetched.ok || !fetched.newer) return fetched
  const there = await heldProof(file, options, terminal, held)
  if (there !== null && there !== held) {
    const compared = better(there.chain, fetched.chain)
    if (!compared.ok) return compared
    if (compared.better === there.chain) return { ok: true, ...there, newer: false }
  }
  await writeAtomic(diskFiles, file, fetched.bytes)
  return fetched
}
