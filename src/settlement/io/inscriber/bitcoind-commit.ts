import { Psbt, type Transaction } from 'bitcoinjs-lib'
import { equalBytes, type WscError } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import type { FundedCommit, FundRequest } from './funding.ts'
import { type Coin, sameCoin, sum } from './transactions.ts'

/** BIP125: a greater sequence number in every input says that it is final. */
const MOST_REPLACEABLE = 0xffff_fffd

/** The signed commit out of the PSBT of a node's wallet: only one that is exactly what was asked. */
export function readCommit(
  base64: string,
  { outputs, replaces }: Pick<FundRequest, 'outputs' | 'replaces'>,
): FundedCommit {
  const { psbt, commit } = decode(base64)
  const paid = outputs.every(({ script, value }, i) => {
    const out = commit.outs[i]
    return out?.value === value && equalBytes(out.script, script)
  })
  if (!paid || commit.outs.length > outputs.length + 1) throw other('it pays something else')
  if (commit.locktime !== 0) throw other('it has a lock time')
  if (commit.ins.some(({ sequence }) => sequence > MOST_REPLACEABLE)) throw other('it is not replaceable')
  const coins = commit.ins.map(({ hash, index, witness }, i): Coin => {
    const value = psbt.data.inputs[i]?.witnessUtxo?.value
    // Core: script/interpreter.cpp, VerifyScript: a witness where the output spent is not segwit is invalid, and so is
    // any other input script where it is. So nobody can change the id of a valid transaction with a witness everywhere.
    if (witness.length === 0 || value === undefined) throw legacy()
    return { txid: hash, vout: index, value }
  })
  if (replaces?.coins.every((coin) => coins.some((one) => sameCoin(one, coin))) === false) {
    throw other('it does not spend the coins of the commit it is to replace')
  }
  // Never negative: extracting refuses that.
  const fee = sum(coins.map(({ value }) => value)) - sum(commit.outs.map(({ value }) => value))
  return { coins, commit, fee }
}

function decode(base64: string): { readonly psbt: Psbt; readonly commit: Transaction } {
  try {
    const psbt = Psbt.fromBase64(base64)
    return { psbt, commit: psbt.extractTransaction(true) }
  } catch (cause) {
    throw other(`it cannot be read: ${(cause as Error).message.slice(0, 200)}`, cause)
  }
}

function other(what: string, cause?: unknown): WscError {
  const message = `the node's wallet made another commit than was asked: ${what}. Is it the node's own RPC?`
  return settlementError('E_NODE_GARBAGE', message, { cause })
}

function legacy(): WscError {
  const found = 'the node’s wallet chose a coin without segwit: others could change the id that the reveals spend'
  return settlementError('E_NODE_WALLET_LEGACY', `${found}.`, { cure: { act: 'segwit-coins' } })
}
