import { describe, expect, it } from 'vitest'
import { mainnet, regtest, signet, testnet4 } from '../../src/bitcoin/index.ts'
import { blobShape, longestBlob } from '../../storage/blob/shape.ts'
import { chosenName, storageParams } from '../../storage/index.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { runInProcess } from '../support/in-process.ts'
import { kernel } from './kernels.ts'
import { blobOf, blobReveal, judge } from './record-scene.ts'

const error = (code: string) => expect.objectContaining({ code })

describe('the size of partitions', () => {
  it('is chosen on local networks alone, from 4 to 19', () => {
    expect([mainnet, testnet4, signet, regtest].map((network) => storageParams(network).partitionBits)).toEqual([
      ...[19, 19, 19, 10],
    ])
    expect([4, 10, 19].map((partitionBits) => chosenName(storageParams(regtest, { partitionBits })))).toEqual([
      ...['k4', null, 'k19'],
    ])
    const custom = { ...regtest, custom: true, name: 'mine' }
    expect(chosenName(storageParams(custom, { partitionBits: 6 }))).toBe('k6')
    for (const partitionBits of [3, 20, 6.5, Number.NaN]) {
      expect(() => storageParams(regtest, { partitionBits })).toThrow(error('E_PARTITION_BITS'))
    }
    for (const network of [mainnet, testnet4, signet]) {
      expect(() => storageParams(network, { partitionBits: 19 })).toThrow(error('E_PARTITION_BITS'))
    }
  })

  it('bounds blobs, and is what the table fills', () => {
    const small = storageParams(regtest, { partitionBits: 4 })
    const longest = longestBlob(16)
    const says = (root: bigint, length: number) => judge(small, 1, blobReveal(blobOf(root, length)))
    expect(says(1n, longest + 1)).toMatchObject([{ ok: false, reject: 'too-many-chunks' }])
    const [fits] = says(1n, longest)
    expect(fits).toMatchObject({ ok: true, says: { chunks: 16 } })
    expect(blobShape(longest).chunks).toBe(16)
    const table = new StorageTable(kernel, small)
    const counted = [
      ...judge(small, 1, blobReveal(blobOf(1n)), blobReveal(blobOf(2n, longest)), blobReveal(blobOf(3n))),
    ]
    table.apply(
      1,
      counted.flatMap((one) => (one.ok ? [one.says] : [])),
    )
    expect(table.blobs.entries.map(({ first }) => first)).toEqual([0, 16, 32])
    expect(table.blobs.partitionsAt(1)).toMatchObject([
      { fill: 1, closed: true },
      { fill: 16, closed: true },
      { fill: 1, closed: false },
    ])
  })
})

describe('wsc storage --partition-bits', () => {
  const said = async (...argv: string[]) => {
    return await runInProcess(['storage', ...argv])
  }

  it('is refused where the network has its own, with what to do', async () => {
    for (const argv of [['ls'], ['serve', '--partition', '0'], ['scrub'], ['put', 'x', '--dry-run'], ['gateway']]) {
      const { exit, stderr } = await said(...argv, '--partition-bits', '6', '--network', 'signet')
      expect([argv, exit]).toEqual([argv, 2])
      expect(stderr).toContain('partitions of signet have 2^19 positions, and nothing else can be chosen; leave out')
      expect(stderr).toContain('E_PARTITION_BITS')
    }
    expect((await said('ls', '--partition-bits', '3', '--network', 'regtest')).stderr).toContain('2^4 to 2^19')
    expect((await said('ls', '--partition-bits', 'six', '--network', 'regtest')).exit).toBe(2)
  })
})
