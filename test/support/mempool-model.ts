import type { Transaction } from 'bitcoinjs-lib'

export const idOf = (hash: Uint8Array) => Buffer.from(hash).reverse().toString('hex')

/** Satoshis of an output of the chain. */
type ValueOf = (txid: string, vout: number) => Promise<number>

/** What Bitcoin Core's mempool decides of transactions that replace or follow others (BIP125), at a model's depth. */
export class MempoolModel {
  /** By txid, in the order they were sent. */
  readonly pool = new Map<string, Transaction>()
  readonly #valueOf: ValueOf

  constructor(confirmedValue: ValueOf) {
    this.#valueOf = confirmedValue
  }

  spender(txid: string, vout: number): Transaction | undefined {
    return [...this.pool.values()].find(({ ins }) =>
      ins.some(({ hash, index }) => index === vout && idOf(hash) === txid),
    )
  }

  /** What it spends must not be spent by others; those and their descendants it replaces. */
  take(tx: Transaction): string {
    for (const id of this.#replaced(tx)) this.pool.delete(id)
    this.pool.set(tx.getId(), tx)
    return tx.getId()
  }

  /** With what descends from it, as where a block spends its coins otherwise. */
  drop(tx: Transaction): void {
    for (const id of this.#family(tx)) this.pool.delete(id)
  }

  /** As `getmempoolentry` tells of it: fees in bitcoins. */
  async entry(tx: Transaction) {
    let descendant = 0
    for (const id of this.#family(tx)) descendant += (await this.#fee(this.pool.get(id)!)) / 1e8
    return { vsize: tx.virtualSize(), fees: { modified: (await this.#fee(tx)) / 1e8, descendant } }
  }

  /**
   * Core: policy/rbf.cpp, PaysForRBF: more than all that it replaces, by what its own relay costs; and
   * PaysMoreThanConflicts: a higher rate of its own than those that spend the same coins.
   */
  async outpays(tx: Transaction): Promise<boolean> {
    const replaced = [...this.#replaced(tx)].map((id) => this.pool.get(id)!)
    if (replaced.length === 0) return true
    const fee = await this.#fee(tx)
    for (const one of this.#conflicts(tx)) {
      if (fee / tx.virtualSize() <= (await this.#fee(one)) / one.virtualSize()) return false
    }
    let least = tx.virtualSize()
    for (const other of replaced) least += await this.#fee(other)
    return fee >= least
  }

  /** It and what descends from it. */
  #family(tx: Transaction, ids = new Set<string>()): Set<string> {
    ids.add(tx.getId())
    for (const vout of tx.outs.keys()) {
      const spender = this.spender(tx.getId(), vout)
      if (spender !== undefined) this.#family(spender, ids)
    }
    return ids
  }

  #conflicts(tx: Transaction): Transaction[] {
    const spenders = tx.ins.map(({ hash, index }) => this.spender(idOf(hash), index))
    return spenders.filter((one) => one !== undefined && one.getId() !== tx.getId()) as Transaction[]
  }

  #replaced(tx: Transaction): Set<string> {
    const ids = new Set<string>()
    for (const conflict of this.#conflicts(tx)) this.#family(conflict, ids)
    return ids
  }

  /** Satoshis. */
  async #fee({ ins, outs }: Transaction): Promise<number> {
    let fee = -outs.reduce((sum, { value }) => sum + Number(value), 0)
    for (const { hash, index } of ins) {
      const pooled = this.pool.get(idOf(hash))?.outs[index]?.value
      fee += Number(pooled ?? (await this.#valueOf(idOf(hash), index)))
    }
    return fee
  }
}
