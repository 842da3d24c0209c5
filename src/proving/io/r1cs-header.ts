import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { throwIfAborted, WscError } from '../../lib/index.ts'
import type { ProvingErrorCode } from '../errors.ts'

export interface R1csCounts {
  readonly constraints: number
  readonly wires: number
  /** What a proof shows: outputs first, then public inputs, the wires after wire 0. */
  readonly outputs: number
  readonly publicInputs: number
  readonly privateInputs: number
}

const FIELD_BYTES = 32

/** The format has five types of sections. */
const MAX_SECTIONS = 16

/**
 * Counts from the header of an `.r1cs` file (iden3 r1cs format 1): the section of type 1, wherever it is. Rejects with
 * `E_SETUP` for another file, one of more than 16 sections, and what is no regular file.
 */
export async function readR1csCounts(path: string, signal?: AbortSignal): Promise<R1csCounts> {
  throwIfAborted(signal)
  // A pipe without a writer would never open.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const refuse = () => new WscError<ProvingErrorCode>('E_SETUP', `${path} is not an .r1cs file, or is cut short`)
  const read = async (length: number, position: number) => {
    throwIfAborted(signal)
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position })
    if (bytesRead < length) throw refuse()
    return buffer
  }
  try {
    if (!(await handle.stat()).isFile()) throw refuse()
    // Magic, version and number of sections, 4 bytes each; then sections of type (4), length (8) and content, in any order.
    const start = await read(12, 0)
    if (start.toString('latin1', 0, 4) !== 'r1cs') throw refuse()
    const sections = start.readUInt32LE(8)
    if (sections > MAX_SECTIONS) throw refuse()
    let at = 12
    for (let left = sections; ; left--) {
      if (left === 0) throw refuse()
      const section = await read(12, at)
      if (section.readUInt32LE(0) === 1) break
      at += 12 + Number(section.readBigUInt64LE(4))
      if (!Number.isSafeInteger(at)) throw refuse()
    }
    // Field size 4, prime 32, wires 4, outputs 4, public inputs 4, private inputs 4, labels 8, constraints 4.
    const header = await read(64, at + 12)
    if (header.readUInt32LE(0) !== FIELD_BYTES) throw refuse()
    return {
      wires: header.readUInt32LE(36),
      outputs: header.readUInt32LE(40),
      publicInputs: header.readUInt32LE(44),
      privateInputs: header.readUInt32LE(48),
      constraints: header.readUInt32LE(60),
    }
  } finally {
    await handle.close()
  }
}
