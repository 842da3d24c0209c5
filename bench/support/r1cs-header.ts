import { open } from 'node:fs/promises'

export interface R1csCounts {
  readonly constraints: number
  readonly wires: number
}

/** Counts from the header of an `.r1cs` file (iden3 r1cs format 1): the section of type 1, wherever it is. */
export async function readR1csCounts(path: string): Promise<R1csCounts> {
  const handle = await open(path)
  const read = async (length: number, position: number) =>
    (await handle.read({ buffer: Buffer.alloc(length), position })).buffer
  try {
    let at = 12
    for (;;) {
      const section = await read(12, at)
      if (section.readUInt32LE(0) === 1) break
      at += 12 + Number(section.readBigUInt64LE(4))
    }
    // Field size 4, prime 32, wires 4, outputs 4, public inputs 4, private inputs 4, labels 8, constraints 4.
    const header = await read(64, at + 12)
    return { wires: header.readUInt32LE(36), constraints: header.readUInt32LE(60) }
  } finally {
    await handle.close()
  }
}
