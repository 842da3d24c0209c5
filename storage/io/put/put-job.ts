import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { hash256, hexToBytes } from '../../../src/lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../../src/lib/io/index.ts'
import { storageError } from '../../errors.ts'

const MAX_JOB_BYTES = 64 << 20

const jobSchema = z.strictObject({
  format: z.literal(1),
  /** Each inscribed with one commit: envelopes as they were signed, and what each burns, satoshis. */
  batches: z.array(
    z.array(
      z.strictObject({
        id: hash256,
        envelope: z.string().regex(/^([0-9a-f]{2})+$/),
        burn: z.string().regex(/^[0-9]{1,16}$/),
      }),
    ),
  ),
})

/** The records of one `put`, signed: whatever interrupts it, the same ones are inscribed, and paid for once. */
export type PutJob = z.output<typeof jobSchema>

export function envelopesOf(batch: PutJob['batches'][number]): Uint8Array[] {
  return batch.map(({ envelope }) => hexToBytes(envelope))
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
