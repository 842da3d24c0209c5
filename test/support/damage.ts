import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a LevelDB folder does not need: its lock and its log for people. */
const UNUSED = /^(LOCK|LOG|LOG\.old)$/

/** Copies of a store with one file each altered, cut short or taken away: the same ones every time. */
export async function* damaged(store: string, copy: string): AsyncGenerator<string, void> {
  const files = (await readdir(store)).filter((name) => !UNUSED.test(name)).sort()
  for (const name of files) {
    const bytes = await readFile(join(store, name))
    const flips = Array.from({ length: 24 }, (_, i) => {
      const at = Math.floor((i * bytes.length) / 24)
      return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (i % 8)))
    })
    const halves = [bytes.subarray(0, bytes.length / 2), bytes.subarray(0, -1), null]
    for (const [i, altered] of [...(bytes.length === 0 ? [] : flips), ...halves].entries()) {
      await rm(copy, { recursive: true, force: true })
      await cp(store, copy, { recursive: true })
      if (altered === null) await rm(join(copy, name))
      else await writeFile(join(copy, name), altered)
      yield `${name} ${i}`
    }
  }
}
