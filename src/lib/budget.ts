/** What all clients together may have of something, and one of them alone. */
export interface BudgetLimits {
  readonly total: number
  readonly perClient: number
  /** So much passes though the total is used up; 0 unless given. */
  readonly small?: number
}

/** Who has how much of something there is only so much of; clients that have nothing are forgotten. */
export class Budget {
  readonly #limits: BudgetLimits
  readonly #of = new Map<string, number>()
  #total = 0

  constructor(limits: BudgetLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /** Takes so much; gives what gives it back, or null where there is no room. */
  take(client: string, amount: number): (() => void) | null {
    const { total, perClient, small = 0 } = this.#limits
    if (this.#has(client) + amount > perClient) return null
    if (this.#total + amount > total && amount > small) return null
    this.#add(client, amount)
    let taken = true
    return () => {
      if (taken) this.#add(client, -amount)
      taken = false
    }
  }

  #has(client: string): number {
    return this.#of.get(client) ?? 0
  }

  #add(client: string, amount: number): void {
    const now = this.#has(client) + amount
    if (now === 0) this.#of.delete(client)
    else this.#of.set(client, now)
    this.#total += amount
  }
}
