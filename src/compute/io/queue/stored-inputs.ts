import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { errorCode, WscError } from '../../../lib/index.ts'
import { readRegular } from '../../../lib/io/index.ts'
import type { JobInput, ProvingJob } from '../../queue/job.ts'
import { queueError } from '../../queue/queue.ts'

/** Inputs that a job names by their hash: what is read is compared with it, wherever it comes from. */
export interface StoredInputs {
  /** Null where there is none. */
  read(sha256: string, length: number, signal: AbortSignal): Promise<Uint8Array | null>
}

/** A folder that workers share, in which each file is called by the SHA-256 of what it holds. */
export function inputFolder(folder: string): StoredInputs {
  return {
    async read(sha256, length) {
      try {
        return await readRegular(join(folder, sha256), length)
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null
        throw error
      }
    },
  }
}

/** The bytes of a job's input. Throws E_JOB where the job has none of that name, E_INPUT where they are not to be had. */
export async function readInput(
  job: ProvingJob,
  name: string,
  stored: StoredInputs | undefined,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const input: JobInput | undefined = job.inputs.find((one) => one.name === name)
  if (input === undefined) throw queueError('E_JOB', `the job has no input ${name}`)
  if ('bytes' in input) return input.bytes
  const { sha256, length } = input
  const bytes = (await stored?.read(sha256, length, signal)) ?? null
  if (bytes === null) throw new WscError('E_INPUT', `input ${name} (${sha256}) is not there`)
  const is = createHash('sha256').update(bytes).digest('hex')
  if (bytes.length === length && is === sha256) return bytes
  throw new WscError('E_INPUT', `input ${name} is kept with other bytes: ${bytes.length} of ${is}`)
}
