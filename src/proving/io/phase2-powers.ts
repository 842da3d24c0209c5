import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { WscError } from '../../lib/index.ts'
import type { ProvingErrorCode } from '../errors.ts'

/** Header, τ on both groups, α, β, their Lagrange forms: all but the contributions' list, which nobody needs, is read. */
const NEEDED = [1, 2, 3, 4, 5, 6, 12, 13, 14, 15]
const MAX_SECTIONS = 64

/**
 * That a powers-of-tau file (iden3's container, as snarkjs writes it) has what a proving key of Groth16 is made from: a pruned one, which is
 * enough for other proof systems, has not. Throws E_PTAU, which says the cure, and E_SETUP where it cannot be read.
 */
export async function requirePhase2Powers(path: string): Promise<void> {
  const sections = await sectionsOf(path)
  const missing = sections === null ? NEEDED : NEEDED.filter((section) => !sections.has(section))
  if (missing.length === 0) return
  const what = sections === null ? 'is no powers-of-tau file' : `lacks sections ${missing.join(', ')}`
  throw new WscError<ProvingErrorCode>(
    'E_PTAU',
    `${path} ${what}: Groth16 takes a file of 11 sections; take the ceremony's prepared one, or run \`snarkjs powersoftau prepare phase2 FILE PREPARED\``,
  )
}

/** Numbers of its sections; null where it is of another form, or cut short. */
async function sectionsOf(path: string): Promise<ReadonlySet<number> | null> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    // A pipe without a writer would never open.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    throw new WscError<ProvingErrorCode>('E_SETUP', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  try {
    const stats = await file.stat()
    const read = async (length: number, position: number) => {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position })
      return bytesRead === length ? buffer : null
    }
    const head = stats.isFile() ? await read(12, 0) : null
    if (head === null || head.toString('latin1', 0, 4) !== 'ptau') return null
    const count = head.readUInt32LE(8)
    if (count > MAX_SECTIONS) return null
    const found = new Set<number>()
    let at = 12
    for (let i = 0; i < count; i++) {
      const entry = await read(12, at)
      if (entry === null) return null
      found.add(entry.readUInt32LE(0))
      at += 12 + Number(entry.readBigUInt64LE(4))
      if (at > stats.size) return null
    }
    return found
  } finally {
    await file.close()
  }
}
