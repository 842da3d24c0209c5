// Stamps: a hash of what something was made from, written beside it once it is complete.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** SHA-256 over names and contents of files, and over a salt for what else the result depends on. */
export function hashFiles(base, files, salt = '') {
  const hash = createHash('sha256').update(`${salt}\n`)
  for (const file of [...files].sort()) {
    const bytes = readFileSync(join(base, file))
    hash.update(`${file}\n${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** All files below a folder, as paths relative to it. */
export function listFiles(base, skip, folder = '') {
  return readdirSync(join(base, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name
    if (skip(path)) return []
    return entry.isDirectory() ? listFiles(base, skip, path) : [path]
  })
}

export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

export function writeStamp(file, value) {
  writeFileSync(`${file}.new`, `${value}\n`)
  renameSync(`${file}.new`, file)
}
