import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Path, roots of units, bytes. */
const SLOT_BYTES = 1_440 + 512 + 126_976
const PAGE = 4_096

/** Damages so much of all files below a folder, as disks do: by pages, here and there. */
export async function rot(folder: string, share: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    await spoil(path, (size) => {
      const pages = Math.ceil((size * share) / PAGE)
      return Array.from({ length: pages }, (_, i) => ({ at: Math.floor((i * size) / pages), length: PAGE }))
    })
  }
}

/** Damages these chunks of one blob, each by a byte. */
export async function rotChunks(folder: string, id: string, chunks: readonly number[]): Promise<void> {
  const places = chunks.map((chunk) => ({ at: chunk * SLOT_BYTES + 5_000, length: 1 }))
  await spoil(join(folder, id.slice(0, 2), id), () => places)
}

/** In its place: whoever has the file open has what is damaged. */
async function spoil(path: string, places: (size: number) => readonly { at: number; length: number }[]) {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    for (const { at, length } of places(size)) {
      const bytes = new Uint8Array(Math.min(length, size - at))
      await file.read(bytes, 0, bytes.length, at)
      await file.write(
        bytes.map((byte) => byte ^ 0xff),
        0,
        bytes.length,
        at,
      )
    }
  } finally {
    await file.close()
  }
}
