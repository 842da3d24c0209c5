import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { hash256, hexToBytes } from '../../../src/lib/index.ts'
import { diskFiles, ioError, readRegular, writeAtomic } from '../../../src/lib/io/index.ts'
import { authorScript, type Pays } from '../../../src/settlement/io/index.ts'
import { storageError } from '../../errors.ts'
import { BURN_SCRIPT } from '../../records/burn.ts'

const MAX_JOB_BYTES = 64 << 20

const satoshis = z.string().regex(/^[0-9]{1,16}$/)

const jobSchema = z.strictObject({
  format: z.literal(1),
  /** Each inscribed with one commit: envelopes as they were signed, what each burns, and whom it pays beside. */
  batches: z.array(
    z.array(
      z.strictObject({
        id: hash256,
        envelope: z.string().regex(/^([0-9a-f]{2})+$/),
        burn: satoshis,
        /** To providers, by their authors' keys. */
        tips: z.array(z.strictObject({ author: hash256, value: satoshis })).default([]),
      }),
    ),
  ),
})

/** The records of one `put`, signed: whatever interrupts it, the same ones are inscribed, and paid for once. */
export type PutJob = z.output<typeof jobSchema>
export type PutBatch = PutJob['batches'][number]

export function envelopesOf(batch: PutBatch): Uint8Array[] {
  return batch.map(({ envelope }) => hexToBytes(envelope))
}

/** What the reveal of each record pays beside the inscription's own output: the burn, then tips. */
export function paysOf(batch: PutBatch): Pays {
  return batch.map(({ burn, tips }) => [
    ...(BigInt(burn) === 0n ? [] : [{ script: BURN_SCRIPT, value: BigInt(burn) }]),
    ...tips.map(({ author, value }) => ({ script: authorScript(hexToBytes(author)), value: BigInt(value) })),
  ])
}

/** Null where there is none yet. Throws E_STORE where it is damaged. */
export async function readJob(folder: string, id: string): Promise<PutJob | null> {
  let bytes: Uint8Array
  try {
    bytes = await readRegular(jobFile(folder, id), MAX_JOB_BYTES)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const parsed = jobSchema.safeParse(jsonOf(bytes))
  if (parsed.success) return parsed.data
  throw storageError('E_STORE', `${jobFile(folder, id)} is damaged, and is left as it is`)
}

export async function writeJob(folder: string, id: string, job: PutJob): Promise<void> {
  const file = jobFile(folder, id)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeAtomic(diskFiles, file, new TextEncoder().encode(`${JSON.stringify(job)}\n`))
}

/** Of its records one cannot count: new ones are signed the next time, and these are kept for whoever wants to look. Throws E_IO. */
export async function setJobAside(folder: string, id: string): Promise<void> {
  const file = jobFile(folder, id)
  try {
    await rename(file, join(folder, `${id}.void.json`))
  } catch (error) {
    throw ioError(error, file)
  }
}

function jobFile(folder: string, id: string): string {
  return join(folder, `${id}.json`)
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
