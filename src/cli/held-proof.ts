import {
  better,
  type HeldProof,
  MAX_PROOF_BYTES,
  type ProvedChain,
  type VerifyOptions,
  verifyProof,
} from '../bus/index.ts'
import { readUpTo } from './inputs.ts'
import type { Terminal } from './terminal.ts'

/** The proof that lies where new ones are to go; null when there is none, or none that is valid by these options. */
export async function heldProof(file: string, options: VerifyOptions, terminal: Terminal): Promise<HeldProof | null> {
  let bytes: Uint8Array
  try {
    bytes = await readUpTo(file, MAX_PROOF_BYTES)
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null
    throw error
  }
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
