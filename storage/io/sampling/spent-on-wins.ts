import { z } from 'zod'
import { hash256, uint32 } from '../../../src/lib/index.ts'
import { storageError } from '../../errors.ts'
import { WINDOW_TICKS } from '../../sampling/ticks.ts'
import { readJsonFile, writeJsonFile } from '../json-file.ts'

const schema = z.strictObject({
  format: z.literal(1),
  /** Satoshis, on all wins that were ever inscribed from here. */
  spent: z.string().regex(/^[0-9]{1,16}$/),
  /** Those of the last week, of which none is paid for again. */
  wins: z.array(z.strictObject({ id: hash256, height: uint32 })),
})

type Spent = z.output<typeof schema>

const NOTHING: Spent = { format: 1, spent: '0', wins: [] }

/**
 * Satoshis spent on inscribing wins, and on which ones, in a file of its own: that the log of wins is begun anew spends nothing
 * again. One process has the folder.
 */
export class SpentOnWins {
  readonly #path: string
  #spent: Spent

  private constructor(path: string, spent: Spent) {
    this.#path = path
    this.#spent = spent
  }

  /** Throws E_STORE where the file is damaged, for what was spent is not known then; E_IO. */
  static async open(path: string): Promise<SpentOnWins> {
    const read = await readJsonFile(path, schema)
    if (read !== 'damaged') return new SpentOnWins(path, read === 'none' ? NOTHING : read)
    throw storageError('E_STORE', `${path}, which says what was spent on inscribing wins, is damaged`, {
      cure: { act: 'spend-anew', subject: path },
    })
  }

  get satoshis(): bigint {
    return BigInt(this.#spent.spent)
  }

  /** Whether this win was paid for. */
  has(id: string): boolean {
    return this.#spent.wins.some((win) => win.id === id)
  }

  /** On the disk when it returns. Throws E_DISK_FULL or E_IO; nothing is spent then. */
  async add(win: { readonly id: string; readonly height: number }, satoshis: bigint): Promise<void> {
    const recent = this.#spent.wins.filter(({ height }) => height > win.height - WINDOW_TICKS)
    const spent = (this.satoshis + satoshis).toString()
    const now: Spent = { format: 1, spent, wins: [...recent, { id: win.id, height: win.height }] }
    await writeJsonFile(this.#path, now)
    this.#spent = now
  }
}
