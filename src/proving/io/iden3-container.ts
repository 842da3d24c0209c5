import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { WscError } from '../../lib/index.ts'
import type { ProvingErrorCode } from '../errors.ts'

const MAX_SECTIONS = 64

/** Where a section's content lies in its file. */
export interface Section {
  readonly at: number
  readonly length: number
}

/** An open file of iden3's binary container: powers of tau, keys, witnesses. */
export interface Container {
  /** By number, in their order. */
  readonly sections: ReadonlyMap<number, readonly Section[]>
  /** All of a section; null where the file ends before it does. */
  content(section: Section): Promise<Uint8Array | null>
}

/**
 * Opens a file of this magic and hands its sections to `work`; null where it is of another form, or cut short. Throws E_SETUP where it
 * cannot be read.
 */
export async function withContainer<Value>(
  path: string,
  magic: string,
  work: (container: Container | null) => Promise<Value>,
): Promise<Value> {
  let file: FileHandle
  try {
    // A pipe without a writer would never open.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    throw new WscError<ProvingErrorCode>('E_SETUP', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  try {
    const read = async (length: number, position: number) => {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position })
      return bytesRead === length ? buffer : null
    }
    const sections = await sectionsOf(file, magic, read)
    const content = async ({ at, length }: Section) => {
      const bytes = await read(length, at)
      return bytes && new Uint8Array(bytes)
    }
    return await work(sections && { sections, content })
  } finally {
    await file.close()
  }
}

async function sectionsOf(
  file: FileHandle,
  magic: string,
  read: (length: number, position: number) => Promise<Buffer | null>,
): Promise<Container['sections'] | null> {
  const stats = await file.stat()
  const head = stats.isFile() ? await read(12, 0) : null
  if (head === null || head.toString('latin1', 0, 4) !== magic) return null
  const count = head.readUInt32LE(8)
  if (count > MAX_SECTIONS) return null
  const found = new Map<number, Section[]>()
  let at = 12
  for (let i = 0; i < count; i++) {
    const entry = await read(12, at)
    if (entry === null) return null
    const number = entry.readUInt32LE(0)
    const section = { at: at + 12, length: Number(entry.readBigUInt64LE(4)) }
    found.set(number, [...(found.get(number) ?? []), section])
    at = section.at + section.length
    if (at > stats.size) return null
  }
  return found
}
