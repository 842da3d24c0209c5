import type { ClaimInput } from '../../../compute/airdrop.ts'
import { tagged } from '../accumulator.ts'
import { bits, rangeCheck } from '../range.ts'
import type { Scope } from '../signals.ts'
import { treePath } from '../storage/opening.ts'

/** Every signal of Airdrop. The root is an equation that is linear: it shows in the last hash of the path. */
export function airdrop(s: Scope, given: ClaimInput): void {
  const root = s.put('root', given.root)
  const recipient = s.put('recipient', given.recipient)
  const secret = s.put('secret', given.secret)
  const amount = s.put('amountOfLeaf', given.amountOfLeaf)
  const place = s.put('place', given.place)
  const children = given.children.map((row, k) => row.map((child, i) => s.put(`children[${k}][${i}]`, child)))
  const identity = tagged(s.part('identity'), 97n, [secret, 0n], [1])
  const leaf = tagged(s.part('leaf'), 98n, [identity, amount])
  const bit = bits(s.part('bits'), 4 * children.length, place)
  treePath(s.part('path'), 100n, { child: leaf, bit, children })
  s.put('nullifier', tagged(s.part('spent'), 99n, [secret, root]))
  rangeCheck(s.part('amountRange'), 64, amount)
  s.put('amount', amount)
  rangeCheck(s.part('recipientRange'), 248, recipient)
}
