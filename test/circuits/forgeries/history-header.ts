import { headerHash } from '../../../src/bitcoin/index.ts'
import { type Leaf, leafOf } from '../../../src/bus/leaf.ts'
import { headerOf } from '../history-scene.ts'
import type { HeaderInput } from '../model/history.ts'
import { flip } from './forgery.ts'
import {
  at,
  COMMITMENT,
  COUNT,
  forged,
  type HistoryForgery,
  hashed,
  honest,
  INDEX,
  lying,
  PLACED,
  tree,
} from './history-forgery.ts'

/** The height in the leaf is the claimed one; its equation lies in the bit that takes up the difference, and so in the hash. */
const HEIGHT = ['main.fields.head.all: out[159] is 0 or 1', ...hashed(0)]
const otherLeaf = (change: Partial<ReturnType<typeof headerOf>>, height = INDEX): Leaf => {
  const header = { ...headerOf(INDEX), ...change }
  return leafOf(height, headerHash(headerOf(INDEX)), header)
}
const plus = (which: 0 | 1 | 2, more: bigint): { leaf: Leaf } => ({
  leaf: honest.leaf.map((element, i) => (i === which ? element + more : element)) as never,
})

/** Of a header's fields, height and leaf; honest ones first. */
export const headerForgeries: readonly HistoryForgery[] = [
  ...[
    [1, 0],
    [2, 0],
    [2, 1],
    [6, 2],
    [6, 5],
    [COUNT, INDEX],
    [COUNT, 99],
    [2 ** 21 - 1, 2 ** 21 - 2],
    [2 ** 22 - 2, 2 ** 21],
    [2 ** 22, 2 ** 22 - 1],
    [2 ** 22, 12_345],
  ].map(([count, index]) => at(count!, index!, 'honest', {}, [])),

  // ---------------------------------------------------------------- fields
  forged('another time', [COMMITMENT], { leaf: otherLeaf({ time: 1 }) }),
  forged('another target', [COMMITMENT], { leaf: otherLeaf({ bits: 0x1d00ffff }) }),
  forged('another version', [COMMITMENT], { leaf: otherLeaf({ version: 7 }) }),
  forged('another nonce', [COMMITMENT], { leaf: otherLeaf({ nonce: 7 }) }),
  forged('another Merkle root', [COMMITMENT], { leaf: otherLeaf({ merkleRoot: new Uint8Array(32) }) }),
  forged('another hash, low half', [COMMITMENT], plus(0, 1n)),
  forged('another hash, high half', [COMMITMENT], plus(1, 1n)),
  lying('time is told otherwise', { 'main.time': (value) => value + 1n }, [
    'main.fields.head.all: out[191] is 0 or 1',
    ...hashed(0),
  ]),
  lying('bits is told otherwise', { 'main.bits': (value) => value + 1n }, [
    'main.fields.head.all: out[223] is 0 or 1',
    ...hashed(0),
  ]),
  lying('version is told otherwise', { 'main.version': (value) => value + 1n }, [
    'main.fields.tail: out[191] is 0 or 1',
    ...hashed(2),
  ]),
  lying('nonce is told otherwise', { 'main.nonce': (value) => value + 1n }, [
    'main.fields.tail: out[223] is 0 or 1',
    ...hashed(2),
  ]),
  lying('hashHigh is told otherwise', { 'main.hashHigh': (value) => value + 1n }, [
    'main.fields.middle: out[127] is 0 or 1',
    'main.fields.middle: out[223] is 0 or 1',
    'main.fields.tail: out[31] is 0 or 1',
    ...hashed(2),
  ]),
  lying('hashLow is told otherwise', { 'main.hashLow': (value) => value + 1n }, [
    'main.fields.head.all: out[127] is 0 or 1',
    ...hashed(0),
  ]),
  lying('rootHigh is told otherwise', { 'main.rootHigh': (value) => value + 1n }, [
    'main.fields.tail: out[159] is 0 or 1',
    ...hashed(2),
  ]),
  lying('rootLow is told otherwise', { 'main.rootLow': (value) => value + 1n }, [
    'main.fields.tail: out[31] is 0 or 1',
    ...hashed(2),
  ]),
  lying('a bit of the time is the other', { 'main.fields.head.all.out[170]': flip }, [...hashed(0)]),
  lying('a bit of the nonce is 2', { 'main.fields.tail.out[200]': 2n }, [
    'main.fields.tail: out[200] is 0 or 1',
    ...hashed(2),
  ]),
  forged('an element of more than 224 bits', [...hashed(2), COMMITMENT], plus(2, 1n << 224n)),
  forged(
    'an element of more than 224 bits, its lowest bit taking the rest',
    ['main.fields.middle: out[0] is 0 or 1', COMMITMENT],
    plus(1, 1n << 224n),
    {},
    {
      'main.fields.middle.absorb': 1n,
    },
  ),

  // ---------------------------------------------------------------- height
  forged('another height, by the same path', [...HEIGHT, PLACED], { height: 42n }),
  forged('another height, by the path it would have', [...HEIGHT, COMMITMENT], { height: 42n }, { index: 42 }),
  forged('another height, said in the leaf too', [COMMITMENT], { height: 42n, leaf: otherLeaf({}, 42) }, { index: 42 }),
  forged('another height, said in the leaf too, by the same path', [COMMITMENT, PLACED], {
    height: 42n,
    leaf: otherLeaf({}, 42),
  }),
  forged('another start of the list', [PLACED], { start: 1n }),
  forged('another start of the list, by the path of that place', [COMMITMENT], { start: 1n }, { index: 40 }),

  // ---------------------------------------------------------------- a node read as a leaf
  forged(
    'a node of the path as the leaf, where it stands',
    ['main.fields.head.all: out[159] is 0 or 1', ...hashed(0), ...hashed(2), COMMITMENT],
    nodeAsLeaf(),
    { index: 43 - 1 },
  ),
  lying('the leaf hashed under a node’s tag', { 'main.path.leafHash.poseidon.ark[0].out[0]': 7n }, [
    'main.path.leafHash.poseidon.sigmaF[1][0]: in2',
    'main.path.leafHash.poseidon.sigmaF[1][0]: out',
    'main.path.leafHash.poseidon.sigmaF[1][1]: in2',
    'main.path.leafHash.poseidon.sigmaF[1][1]: out',
    'main.path.leafHash.poseidon.sigmaF[1][2]: in2',
    'main.path.leafHash.poseidon.sigmaF[1][2]: out',
    'main.path.leafHash.poseidon.sigmaF[1][3]: in2',
    'main.path.leafHash.poseidon.sigmaF[1][3]: out',
    COMMITMENT,
  ]),
  lying('the leaf’s hash is another', { 'main.path.tree.leafHash': 5n }, [
    COMMITMENT,
    tree('siblings of exponent 2: last'),
    'main.path.tree.hash[0].poseidon.sigmaF[0][3]: in2',
    'main.path.tree.hash[0].poseidon.sigmaF[0][3]: out',
  ]),
]

/** What is hashed in the node above the leaf, as if it were a leaf. */
function nodeAsLeaf(): Partial<HeaderInput> {
  const [own, other] = honest.siblings[0]!
  return { leaf: [own, 11n, other], height: 42n }
}
