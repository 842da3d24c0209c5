import { expect, it } from 'vitest'
import { parseWork } from '../../src/bus/index.ts'

it('reads work in hexadecimal, up to 256 bits', () => {
  expect(['0', 'fF', '0xff', '0XFF', `0x${'f'.repeat(64)}`].map(parseWork)).toEqual([
    0n,
    255n,
    255n,
    255n,
    2n ** 256n - 1n,
  ])
  for (const text of ['', '0x', '-1', ' 1', '1 ', '1_0', 'g', '0x0x1', 'f'.repeat(65), '0'.repeat(65)]) {
    expect(parseWork(text), text).toBeNull()
  }
})

it('takes texts only', () => {
  for (const wrong of [34, 34n, null, undefined, ['22']] as never[]) {
    expect(() => parseWork(wrong)).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }))
  }
})
