import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { asError, errorCode, hash256, uint32 } from '../../../lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'
import { encodeResult } from '../../result/result-file.ts'
import type { ComputeEvents, ProgramStanding } from './compute-events.ts'
import type { ComputeService } from './compute-service.ts'

const statusSchema = z.strictObject({
  format: z.literal(1),
  height: uint32,
  blockHash: hash256,
  /** This node's key among peers. */
  key: hash256,
  /** Peers that count at this height. */
  registered: uint32,
  programs: z.array(
    z.strictObject({
      program: hash256,
      name: z.string(),
      everyBlocks: uint32.nullable(),
      height: uint32.nullable(),
      failures: uint32,
      pausedMs: z.number(),
      serving: z.array(hash256),
    }),
  ),
})

/** How a node stands, as of its last block and result. */
export type ComputeStatus = z.output<typeof statusSchema> & { readonly programs: readonly ProgramStanding[] }

const MAX_STATUS_BYTES = 16 << 20

const statusFile = (folder: string) => join(folder, 'status.json')

/** What the node of this folder has written; null where there is none. Throws E_STORE where it is damaged. */
export async function readComputeStatus(folder: string): Promise<ComputeStatus | null> {
  const path = statusFile(folder)
  try {
    const bytes = await readRegular(path, MAX_STATUS_BYTES)
    const parsed = statusSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
    if (parsed.success) return parsed.data
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    if (!(error instanceof SyntaxError)) throw error
  }
  throw computeError('E_STORE', `${path} is damaged`, { cure: { act: 'status-anew' } })
}

/**
 * Keeps in a folder how a node stands (`status.json`) and of each program the newest right result (`results/<program>.result`), one
 * write after the other. What comes back ends that, once all is written.
 */
export function keepComputeFiles(
  folder: string,
  { events, key, ...service }: Pick<ComputeService, 'events' | 'key'> & { standing(): readonly ProgramStanding[] },
  failed: (error: Error) => void,
): () => Promise<void> {
  const results = join(folder, 'results')
  const heights = new Map<string, number>()
  let writing: Promise<void> = mkdir(results, { recursive: true, mode: 0o700 }).then(() => undefined)
  const write = (path: string, bytes: () => Uint8Array) => {
    writing = writing
      .then(async () => await writeAtomic(diskFiles, path, bytes()))
      .catch((error: unknown) => failed(asError(error)))
  }
  let tip: ComputeEvents['tip'] | null = null
  // Of many programs' results one after another, one write says all that is known by then.
  let isWaiting = false
  const writeStatus = () => {
    if (tip === null || isWaiting) return
    isWaiting = true
    write(statusFile(folder), () => {
      isWaiting = false
      const status = { format: 1, ...tip, key, programs: service.standing() }
      return new TextEncoder().encode(JSON.stringify(status))
    })
  }
  const offs = [
    events.on('tip', (now) => {
      tip = now
      writeStatus()
    }),
    events.on('paused', writeStatus),
    events.on('result', ({ program, message: { result } }) => {
      // One at the same height is of another branch, which is the chain's now.
      if (result.height < (heights.get(program) ?? 0)) return
      heights.set(program, result.height)
      write(join(results, `${program}.result`), () => encodeResult(result))
      writeStatus()
    }),
  ]
  return async () => {
    for (const off of offs) off()
    await writing
  }
}
