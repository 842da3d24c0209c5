import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../../lib/index.ts'
import { diskFiles, locked, readRegular, writeAtomic } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'
import type { Asked } from '../../requests/asker.ts'
import {
  type Charge,
  type Charged,
  chargedOf,
  chargeSchema,
  keptAsker,
  leftOf,
  type Purse,
} from '../../results/charges.ts'

/** Most bytes of the file: some hundred thousand results. */
const MAX_BYTES = 32 << 20

const schema = z.strictObject({ format: z.literal(1), charges: z.array(chargeSchema) })

/** A charge to the own budget. */
type OwnCharge = Omit<Charge, 'asked'>

/** What became of a charge; `left` of the budget. */
export type Charging =
  | { readonly state: 'charged'; readonly left: bigint }
  /** The identity was charged before, by this. */
  | { readonly state: 'before'; readonly charge: Charge; readonly left: bigint }
  | { readonly state: 'no-room'; readonly left: bigint }

/** The same of what others ask for. */
export type AskedCharging = Charging | (Exclude<Charged, { readonly state: 'by' }> & { readonly left: bigint })

/**
 * Satoshis spent on inscribing results, by graph, of the own budget and of that for what others ask for, in one file for whatever inscribes them: replaced in one step, so that a kill at
 * any moment leaves what is about to be sent counted, and under a lock, so that two processes at once spend no more than one may.
 */
export class Spendings {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * @param state Folder of settlement's state, one for all that shares budgets.
   *
   * Throws E_STORE where the file is damaged, for what was spent is not known then; E_IO.
   */
  static async open(state: string): Promise<Spendings> {
    const spendings = new Spendings(join(state, 'results-spent.json'))
    await spendings.#read()
    return spendings
  }

  /** Of the budget of a program, 64 hex digits, as far as nobody spends it meanwhile. */
  async left(program: string, budget: bigint, purse: Purse = 'own'): Promise<bigint> {
    return leftOf(await this.#read(), program, purse, budget)
  }

  /** What was paid for this result; null where nothing was. */
  async of(identity: string): Promise<Charge | null> {
    return (await this.#read()).find((one) => one.identity === identity) ?? null
  }

  /** On the disk when it returns, if the budget of its program has room. Throws E_DISK_FULL, E_LOCKED or E_IO; nothing is spent then. */
  async charge(one: OwnCharge, budget: bigint): Promise<Charging> {
    return await this.#locked(async (charges) => {
      const left = leftOf(charges, one.program, 'own', budget)
      return without(charges, one, left) ?? (await this.#add(charges, one, left))
    })
  }

  /** The same to the budget for what others ask for, if one of those who ask has room too. */
  async chargeAsked(one: OwnCharge, asked: Asked, budget: bigint): Promise<AskedCharging> {
    return await this.#locked(async (charges) => {
      const { program } = one
      const left = leftOf(charges, program, 'requests', budget)
      const not = without(charges, one, left)
      if (not !== null) return not
      const charged = chargedOf(charges, asked, { program, cost: BigInt(one.satoshis), budget })
      if (charged.state !== 'by') return { ...charged, left }
      return await this.#add(charges, { ...one, asked: keptAsker(charged.asker, asked.height) }, left)
    })
  }

  /**
   * Takes the charge of an author's record back, of what surely costs nothing any more; one that was made since for the same result
   * stays.
   */
  async releaseRecord({
    program,
    seq,
    body,
    state,
    author,
  }: Pick<Charge, 'program' | 'seq' | 'body' | 'state'> & { readonly author: string }): Promise<void> {
    const folder = resolve(state ?? this.#state)
    const isReleased = (one: Charge) =>
      one.program === program &&
      one.seq === seq &&
      one.body === body &&
      (one.author ?? author) === author &&
      resolve(one.state ?? this.#state) === folder
    await this.#locked(async (charges) => {
      const left = charges.filter((one) => !isReleased(one))
      if (left.length < charges.length) await this.#write(left)
    })
  }

  async #add(charges: readonly Charge[], one: Charge, left: bigint): Promise<Charging> {
    await this.#write([...charges, one])
    return { state: 'charged', left: left - BigInt(one.satoshis) }
  }

  get #state(): string {
    return dirname(this.#path)
  }

  async #locked<T>(work: (charges: readonly Charge[]) => Promise<T>): Promise<T> {
    return await locked(`${this.#path}.lock`, async () => await work(await this.#read()))
  }

  async #read(): Promise<readonly Charge[]> {
    const bytes = await readRegular(this.#path, MAX_BYTES).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    })
    if (bytes === null) return []
    const parsed = bytes.length > MAX_BYTES ? null : schema.safeParse(parseJson(bytes))
    if (parsed?.success) return parsed.data.charges
    throw computeError('E_STORE', `${this.#path}, which says what was spent on inscribing results, is damaged`, {
      cure: { act: 'spend-on-results-anew', subject: this.#path },
    })
  }

  async #write(charges: readonly Charge[]): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify({ format: 1, charges }))
    if (bytes.length > MAX_BYTES) throw computeError('E_STORE', `${this.#path} would be too long to be read again`)
    await writeAtomic(diskFiles, this.#path, bytes)
  }
}

/** Why it is not charged, whoever wants it; null where it may be. */
function without(charges: readonly Charge[], one: OwnCharge, left: bigint): Charging | null {
  const before = charges.find(({ identity }) => identity === one.identity)
  if (before !== undefined) return { state: 'before', charge: before, left }
  return BigInt(one.satoshis) > left ? { state: 'no-room', left } : null
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
