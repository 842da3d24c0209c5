/** Bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

const ONE_RANGE = /^bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*$/i

/**
 * The value of Range (RFC 9110, 14.2) for something of so many bytes. `whole` where it asks for what is not served in
 * parts: another unit, several ranges, something malformed; the standard lets all of these be answered in full.
 */
export function readRange(value: string, length: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = ONE_RANGE.exec(value)
  if (match === null) return 'whole'
  const [, first, last, suffix] = match
  if (suffix !== undefined) {
    if (Number(suffix) === 0) return 'unsatisfiable'
    return length === 0 ? 'whole' : { start: Math.max(0, length - Number(suffix)), end: length }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return 'whole'
  if (start >= length) return 'unsatisfiable'
  return { start, end: last === '' ? length : Math.min(length, Number(last) + 1) }
}
