import { expect, it } from 'vitest'
import { retryAfterMs } from '../../src/lib/index.ts'

const NOW = Date.parse('2026-11-28T15:00:00Z')

it.each([
  ['0', 0],
  ['1', 1000],
  [' 120 ', 120_000],
  ['Sat, 28 Nov 2026 15:00:10 GMT', 10_000],
  ['Sat, 28 Nov 2026 14:00:00 GMT', 0],
  [null, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['soon', undefined],
  ['2026-11-28T15:00:10Z', undefined],
  ['Sat, 28 Nov 2026 15:00:10', undefined],
  ['Sat, 99 Nov 2026 15:00:10 GMT', undefined],
  ['9'.repeat(30), undefined],
])('%j asks for %s', (header, expected) => expect(retryAfterMs(header, NOW)).toBe(expected))
