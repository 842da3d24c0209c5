import { type Result, rejection } from '../../src/lib/index.ts'

/** Files that one manifest holds at most. */
export const MAX_FILES = 100_000
/** UTF-8 bytes of a path, and of one name in it: what file systems take. */
const MAX_PATH_BYTES = 1_024
const MAX_NAME_BYTES = 255
/** Folders within each other, the file's own name counted: what `put` takes (`io/folder.ts`). */
const MAX_NAMES = 65

/** Why a path cannot stand in a manifest. */
export type PathReject =
  /** Empty, absolute, with empty names, `.` or `..`. */
  | 'bad-path'
  /** NUL, another control character, or a backslash. */
  | 'bad-character'
  /** Half a character, or not in Unicode's form NFC: two paths that look alike would be two files. */
  | 'not-normalised'
  | 'path-too-long'

const encoder = new TextEncoder()

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\]/

/** Whether a path stays within its folder on every system: names with `/` between them. */
export function checkPath(path: string): Result<object, PathReject> {
  if (!path.isWellFormed() || path.normalize('NFC') !== path)
    return rejection('not-normalised', 'it is not in form NFC')
  if (FORBIDDEN.test(path)) return rejection('bad-character', 'it has a control character or a backslash')
  const names = path.split('/')
  if (names.some((name) => name === '' || name === '.' || name === '..')) {
    return rejection('bad-path', 'names are joined by one slash each, and none is empty, . or ..')
  }
  if (names.length > MAX_NAMES) return rejection('path-too-long', `a path has at most ${MAX_NAMES} names`)
  const length = (text: string) => encoder.encode(text).length
  if (length(path) > MAX_PATH_BYTES || names.some((name) => length(name) > MAX_NAME_BYTES)) {
    return rejection('path-too-long', `a path has at most ${MAX_PATH_BYTES} bytes, a name ${MAX_NAME_BYTES}`)
  }
  return { ok: true }
}

/** Sorts by code point, as by bytes of UTF-8: the same everywhere. */
export function comparePaths(a: string, b: string): number {
  let at = 0
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  if (at === a.length || at === b.length) return a.length - b.length
  // Where they differ in the second half of a character alone, its first half is looked at too.
  if (at > 0 && (isLow(a, at) || isLow(b, at)) && isHigh(a, at - 1)) at--
  return (a.codePointAt(at) as number) - (b.codePointAt(at) as number)
}

const isHigh = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800
const isLow = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00

/** The first path, of all that are sorted, that is there twice, or is both a file and a folder; null where none is. */
export function clashing(paths: readonly string[]): string | null {
  const files = new Set(paths)
  if (files.size < paths.length) return paths.find((path, i) => path === paths[i - 1]) ?? null
  // In order those of one folder follow each other, and what the path before is in was looked at with that.
  return paths.find((path, i) => newFolders(path, paths[i - 1] ?? '').some((folder) => files.has(folder))) ?? null
}

/** The folders that a path is in and the one before it is not. */
function newFolders(path: string, before: string): string[] {
  const folders: string[] = []
  for (let at = path.lastIndexOf('/'); at >= 0; at = at === 0 ? -1 : path.lastIndexOf('/', at - 1)) {
    if (before.startsWith(path.slice(0, at + 1))) break
    folders.push(path.slice(0, at))
  }
  return folders
}
