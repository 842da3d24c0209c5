import { type Result, rejection } from '../../src/lib/index.ts'

/** Files that one manifest holds at most. */
export const MAX_FILES = 100_000
/** UTF-8 bytes of a path, and of one name in it: what file systems take. */
const MAX_PATH_BYTES = 1_024
const MAX_NAME_BYTES = 255

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
  const length = (text: string) => encoder.encode(text).length
  if (length(path) > MAX_PATH_BYTES || names.some((name) => length(name) > MAX_NAME_BYTES)) {
    return rejection('path-too-long', `a path has at most ${MAX_PATH_BYTES} bytes, a name ${MAX_NAME_BYTES}`)
  }
  return { ok: true }
}

/** Sorts by code point, as by bytes of UTF-8: the same everywhere. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) as number) - (right[i]?.codePointAt(0) as number)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** The first path, of all that are sorted, that is there twice, or is both a file and a folder; null where none is. */
export function clashing(paths: readonly string[]): string | null {
  const files = new Set(paths)
  if (files.size < paths.length) return paths.find((path, i) => path === paths[i - 1]) ?? null
  return paths.find((path) => foldersOf(path).some((folder) => files.has(folder))) ?? null
}

function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'))
}
