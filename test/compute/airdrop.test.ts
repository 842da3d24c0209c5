import { describe, expect, test } from 'vitest'
import { FIELD_MODULUS as P } from '../../src/bus/index.ts'
import {
  airdropIdentity,
  airdropNullifier,
  airdropRecipient,
  airdropTree,
} from '../../src/compute/airdrop/airdrop-tree.ts'
import { kernel } from '../storage/kernels.ts'
import { claimOf, identityOf, leafOf, nullifierOf } from './airdrop.ts'

const secrets = Array.from({ length: 300 }, (_, i) => 1_000_003n ** BigInt(3 + (i % 8)) + BigInt(i))
const leaves = secrets.map((secret, i) => ({ identity: airdropIdentity(kernel, secret), amount: BigInt(i) ** 7n }))

describe('the tree of a drop', () => {
  test('hashes as the circuit’s reference does', () => {
    for (const secret of [0n, P - 1n, ...secrets.slice(0, 3)]) {
      expect(airdropIdentity(kernel, secret)).toBe(identityOf(secret))
      expect(airdropNullifier(kernel, secret, P - 2n)).toBe(nullifierOf(secret, P - 2n))
    }
  })

  test.each([1, 16, 17, 300])('of %d leaves has the root and the paths of the reference', (count) => {
    const some = leaves.slice(0, count)
    const tree = airdropTree(kernel, some)
    const hashed = some.map(({ identity, amount }) => leafOf(identity, amount))
    for (const place of new Set([0, Math.floor(count / 2), count - 1])) {
      const { root, children } = claimOf(4, hashed, place)
      expect(tree.claim(secrets[place]!, 77n)).toEqual({
        ...{ root: `${root}`, recipient: '77', secret: `${secrets[place]}`, amountOfLeaf: `${some[place]!.amount}` },
        ...{ place: `${place}`, children: children.flat().map(String) },
      })
    }
  })

  test('refuses what could not be claimed', () => {
    const one = leaves[0]!
    for (const [refused, message] of [
      [[], /from 1 to 65536/],
      [new Array(65_537).fill(one), /from 1 to 65536/],
      [[one, leaves[1]!, one], /leaf 2 has a leaf already/],
      [[{ ...one, identity: P }], /no element/],
      [[{ ...one, amount: 2n ** 64n }], /below 2\^64/],
      [[{ ...one, amount: -1n }], /below 2\^64/],
    ] as const) {
      expect(() => airdropTree(kernel, refused)).toThrow(message)
    }
    expect(() => airdropTree(kernel, leaves).claim(5n, 7n)).toThrow('no leaf of this secret')
  })

  test('a recipient is 31 bytes of the script’s hash', () => {
    // SHA-256 of nothing: e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855.
    expect(airdropRecipient(new Uint8Array()).toString(16)).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8',
    )
  })
})
