import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { errorCode, hash256, satoshis } from '../../../lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'

/** Most bytes of the file: some hundred thousand results. */
const MAX_BYTES = 32 << 20

const charge = z.strictObject({
  identity: hash256,
  program: hash256,
  satoshis,
  /** Of the record, which is made again as it was. */
  seq: z.int().min(1),
  /** SHA-256 of its body. */
  body: hash256,
  /** Satoshis a virtual byte, at which it is sent again too; charges of before this was kept have none. */
  feeRate: z.number().positive().optional(),
})

const schema = z.strictObject({ format: z.literal(1), charges: z.array(charge) })

/** What was paid for inscribing a result, before it was sent. */
export type Charge = Readonly<z.output<typeof charge>>

/**
 * Satoshis spent on inscribing results, in a file of its own, replaced in one step: a kill at any moment leaves what is about to be
 * sent counted. One process has the folder, whoever has the jobs of inscribing.
 */
export class SpentOnResults {
  readonly #path: string
  readonly #charges: Map<string, Charge>

  private constructor(path: string, charges: readonly Charge[]) {
    this.#path = path
    this.#charges = new Map(charges.map((one) => [one.identity, one]))
  }

  /** Throws E_STORE where the file is damaged, for what was spent is not known then; E_IO. */
  static async open(path: string): Promise<SpentOnResults> {
    const bytes = await readRegular(path, MAX_BYTES).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    })
    if (bytes === null) return new SpentOnResults(path, [])
    const parsed = bytes.length > MAX_BYTES ? null : schema.safeParse(parseJson(bytes))
    if (parsed?.success) return new SpentOnResults(path, parsed.data.charges)
    throw computeError('E_STORE', `${path}, which says what was spent on inscribing results, is damaged`, {
      cure: { act: 'spend-on-results-anew', subject: path },
    })
  }

  /** On the results of a program. */
  satoshis(program: string): bigint {
    let sum = 0n
    for (const one of this.#charges.values()) if (one.program === program) sum += BigInt(one.satoshis)
    return sum
  }

  /** What was paid for this result; null where nothing was. */
  of(identity: string): Charge | null {
    return this.#charges.get(identity) ?? null
  }

  /** On the disk when it returns. Throws E_DISK_FULL or E_IO; nothing is spent then. */
  async add(one: Charge): Promise<void> {
    const charges = [...this.#charges.values(), one]
    const bytes = new TextEncoder().encode(JSON.stringify({ format: 1, charges }))
    if (bytes.length > MAX_BYTES) throw computeError('E_STORE', `${this.#path} would be too long to be read again`)
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await writeAtomic(diskFiles, this.#path, bytes)
    this.#charges.set(one.identity, one)
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
