import { join } from 'node:path'
import { z } from 'zod'
import { hash256 } from '../../../lib/index.ts'
import { diskFiles, type Files, ioError, replaceFile } from '../../../lib/io/index.ts'
import { busError } from '../../errors.ts'

export const STATUS = 'status.json'

/**
 * `status.json` in the data directory: what the prover is at, for `wsc bus status` while the prover holds the lock. It
 * is information, not state: nothing is resumed from it, so it is replaced without waiting for the disk.
 */

const statusSchema = z.object({
  network: z.string(),
  start: z.object({ kind: z.enum(['genesis', 'anchor']), height: z.int().nonnegative(), hash: hash256 }),
  // 0 and below mean whole groups of processes to the system.
  pid: z.int().positive(),
  updatedAt: z.number(),
  height: z.int().nonnegative().nullable(),
  tip: hash256.nullable(),
  to: z.int().nonnegative().nullable(),
  etaSeconds: z.number().nonnegative().nullable(),
  secondsPerHeader: z.number().nonnegative().nullable(),
  lastProof: z
    .object({ file: z.string(), height: z.int().nonnegative(), bytes: z.int().nonnegative(), at: z.number() })
    .nullable(),
})

export type StatusFile = z.infer<typeof statusSchema>

export interface BusStatus extends StatusFile {
  /** Whether the process that wrote it still lives. */
  readonly running: boolean
  readonly checkpoints: readonly { readonly height: number; readonly file: string }[]
}

/** A status is a few hundred bytes; more is not read. */
const MAX_STATUS_BYTES = 65_536

const CHECKPOINT = /^([0-9]+)-[0-9a-f]{16}\.checkpoint$/

export async function writeStatus(dir: string, status: StatusFile, files: Files = diskFiles): Promise<void> {
  await replaceFile(files, join(dir, STATUS), new TextEncoder().encode(`${JSON.stringify(status)}\n`))
}

/** Null when nothing was ever proved there. Takes no lock and changes nothing. */
export async function readStatus(
  dir: string,
  isAlive: (pid: number) => boolean,
  files: Files = diskFiles,
): Promise<BusStatus | null> {
  const path = join(dir, STATUS)
  const bytes = await files.read(path, MAX_STATUS_BYTES).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw ioError(cause, path, 'read')
  })
  if (bytes === null) return null
  const status = parseStatus(bytes, dir)
  const names = await files.list(join(dir, 'checkpoints')).catch(() => [])
  const checkpoints = names
    .flatMap((file) => {
      const height = CHECKPOINT.exec(file)?.[1]
      return height === undefined ? [] : [{ height: Number(height), file }]
    })
    .sort((a, b) => b.height - a.height)
  return { ...status, running: isAlive(status.pid), checkpoints }
}

function parseStatus(bytes: Uint8Array, dir: string): StatusFile {
  try {
    return statusSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw busError('E_IO', `${join(dir, STATUS)} cannot be read`, { cause })
  }
}
