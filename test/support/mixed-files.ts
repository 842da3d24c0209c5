import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { someBytes } from '../storage/bytes.ts'

/** Many small files and some large ones, so many bytes together; the same ones every time. */
export async function writeMixedFiles(folder: string, bytes: number): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  let left = bytes
  const add = (path: string, size: number) => {
    files.set(path, someBytes(size, files.size + 1))
    left -= size
  }
  add('index.html', 1_000)
  add('notes/empty.txt', 0)
  for (let i = 0; i < 200; i++) add(`notes/${i % 7}/page ${i}.txt`, 1 + ((i * 797) % 9_000))
  for (let i = 0; i < 3; i++) add(`pictures/large ${i}.bin`, Math.floor(left / (4 - i)))
  add('film.mp4', left)
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return files
}

/** All that was written differently, or not at all. */
export async function differing(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<string[]> {
  const wrong: string[] = []
  for (const [path, content] of files) {
    const read = await readFile(join(folder, path)).catch(() => null)
    if (read === null || !read.equals(content)) wrong.push(path)
  }
  return wrong
}
