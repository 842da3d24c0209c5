import { type Result, rejection } from '../../lib/index.ts'
import { type AirdropLeaf, MAX_LEAVES } from './airdrop-tree.ts'

/** Longest text that is read: two numbers of 78 digits at most a line, and some room. */
export const MAX_LEAVES_BYTES = 16 << 20

/** Reads the leaves of a drop: a line each, `IDENTITY AMOUNT` in decimal digits; empty lines and those after # are left out. */
export function readLeaves(text: string): Result<{ readonly leaves: readonly AirdropLeaf[] }, 'bad-leaves'> {
  const leaves: AirdropLeaf[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.trim()
    if (words === '' || words.startsWith('#')) continue
    const [, identity, amount] = /^(\d{1,78})\s+(\d{1,20})$/.exec(words) ?? []
    if (identity === undefined || amount === undefined) {
      return rejection('bad-leaves', `line ${i + 1}: must be an identity and an amount, in decimal digits`)
    }
    if (leaves.length === MAX_LEAVES) return rejection('bad-leaves', `line ${i + 1}: more than ${MAX_LEAVES} leaves`)
    leaves.push({ identity: BigInt(identity), amount: BigInt(amount) })
  }
  return { ok: true, leaves }
}
