import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Attestation, encodeAttestation } from '../../bus/index.ts'
import { errorCode, type Result } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { usageError } from '../exit.ts'

/**
 * Makes a folder and gives the work what writes attestations there, by names that sort in their order. A part of them is none: where the
 * work is refused or throws, nothing is left. Throws E_USAGE for a folder that is there already or cannot be made.
 */
export async function intoNewFolder<Reason extends string>(
  folder: string,
  work: (write: (attestation: Attestation) => Promise<void>) => Promise<Result<object, Reason>>,
): Promise<Result<object, Reason>> {
  await mkdir(folder).catch((cause) => {
    const why = errorCode(cause) === 'EEXIST' ? 'it is there already' : (cause as Error).message
    throw usageError(`cannot make the folder ${folder}: ${why}`, { cause })
  })
  let written = 0
  let isWhole = false
  try {
    const done = await work(async (attestation) => {
      const file = `${String(written++).padStart(6, '0')}.attestation`
      await writeAtomic(diskFiles, join(folder, file), encodeAttestation(attestation))
    })
    isWhole = done.ok
    return done
  } finally {
    if (!isWhole) await rm(folder, { recursive: true, force: true })
  }
}
