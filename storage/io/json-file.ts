import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { errorCode } from '../../src/lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../src/lib/io/index.ts'
import { storageError } from '../errors.ts'

/** Most bytes of such a file. */
const MAX_BYTES = 16 << 20

/** What a small file of JSON says: nothing where there is none, or where it is damaged, which are told apart. Throws E_IO. */
export async function readJsonFile<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | 'none' | 'damaged'> {
  let bytes: Uint8Array
  try {
    bytes = await readRegular(path, MAX_BYTES)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'none'
    throw error
  }
  const parsed = schema.safeParse(parseJson(new TextDecoder().decode(bytes)))
  return parsed.success ? parsed.data : 'damaged'
}

/** Replaces it in one step. Throws E_STORE where it would be too long to be read again, E_DISK_FULL or E_IO. */
export async function writeJsonFile(path: string, value: object): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  if (bytes.length > MAX_BYTES)
    throw storageError('E_STORE', `${path} would have ${bytes.length} bytes, which are too many`)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeAtomic(diskFiles, path, bytes)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
