import { z } from 'zod'
import { parseInscriptionId } from '../../bitcoin/index.ts'
import { type Result, rejection } from '../../lib/index.ts'

/** Where keys that nobody can make anew lie in the folder of a graph, and of a ceremony: the key, and what says of which block its beacon is. */
export const SETUP_FOLDER = 'setup'
export const CEREMONY_KEY = 'ceremony.zkey'
export const CEREMONY_FILE = 'ceremony.json'

export const MAX_CEREMONY_FILE_BYTES = 4_096

const schema = z.strictObject({
  format: z.literal(1),
  /** For people, and so that nobody asks a node of another one. */
  network: z.string().min(1).max(64),
  /** Of the hash of the last contribution, as ord has it, and the height of its block. */
  inscription: z.string().refine((text) => parseInscriptionId(text) !== null, 'is no inscription id'),
  height: z.int().min(0).max(0xffff_ffff),
})

export type CeremonyFile = z.infer<typeof schema>

export function encodeCeremonyFile(file: CeremonyFile): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`)
}

export function readCeremonyFile(bytes: Uint8Array): Result<{ readonly file: CeremonyFile }, 'bad-ceremony-file'> {
  if (bytes.length > MAX_CEREMONY_FILE_BYTES) return rejection('bad-ceremony-file', 'it is too long')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return rejection('bad-ceremony-file', 'it is no JSON')
  }
  const read = schema.safeParse(value)
  if (read.success) return { ok: true, file: read.data }
  const [issue] = read.error.issues
  return rejection('bad-ceremony-file', `${issue?.path.join('.')}: ${issue?.message}`)
}
