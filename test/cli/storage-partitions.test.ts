import { expect, it } from 'vitest'
import { partitions } from '../../src/cli/storage-arguments.ts'

it('names partitions singly and in ranges, a thousand in all', () => {
  expect(partitions('0,2-4,3')).toEqual([0, 2, 3, 4])
  expect(partitions('0-499,500-999')).toHaveLength(1_000)
  for (const text of ['0-1000', '0-499,500-1000', '0-999,5000']) expect(() => partitions(text)).toThrow('partitions')
  for (const text of ['', '1,', '3-2', 'x']) expect(() => partitions(text)).toThrow('write partitions as')
})
