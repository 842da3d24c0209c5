import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import { flip } from './forgery.ts'
import {
  AS_MANY,
  at,
  COMMITMENT,
  forged,
  type HistoryForgery,
  honest,
  list,
  lying,
  PLACED,
  shape,
  tree,
} from './history-forgery.ts'

const swapped = (which: number) => ({
  siblings: honest.siblings.map(([a, b], k) => (k === which ? ([b, a] as const) : ([a, b] as const))),
})

/** Of the way from the leaf to the commitment: size of the list, which tree, which turns. */
export const shapeForgeries: readonly HistoryForgery[] = [
  // ---------------------------------------------------------------- size of the list
  forged('one leaf more, by the same path', [AS_MANY], { count: 101n }),
  forged('one leaf more, by the path of such a list', [COMMITMENT], { count: 101n }, { count: 101 }),
  forged('one leaf less, by the path of such a list', [COMMITMENT], { count: 99n }, { count: 99 }),
  forged('a list of its first tree alone', [COMMITMENT], { count: 63n }, { count: 63 }),
  forged('no list', [AS_MANY], { count: 0n }),
  lying('the smallest tree is there once', { 'main.path.shape.twice': 0n }, [COMMITMENT, AS_MANY]),
  lying('the smallest tree is there one and a half times', { 'main.path.shape.twice': (P + 1n) / 2n }, [
    COMMITMENT,
    shape('twice is 0 or 1'),
    AS_MANY,
  ]),
  lying('a tree is left out', { 'main.path.shape.present[4]': 0n }, [COMMITMENT, AS_MANY]),
  lying('the leaf’s tree is left out', { 'main.path.shape.present[5]': 0n }, [
    COMMITMENT,
    shape('present[5] is 0 or 1, and 1 where the leaf is'),
    AS_MANY,
  ]),
  lying('a tree is there twice that is not the smallest', { 'main.path.shape.present[4]': 2n }, [
    COMMITMENT,
    shape('present[4] is 0 or 1, and 1 where the leaf is'),
    AS_MANY,
  ]),
  at(4, 0, 'two trees of one where there is one of three', { 'main.path.shape.present[0]': 4n }, [
    COMMITMENT,
    shape('present[0] is 0 or 1, and 1 where the leaf is'),
    AS_MANY,
  ]),
  at(2 ** 22, 5, 'both of the two greatest trees', { 'main.path.shape.present[20]': 1n }, [
    shape('one of the two greatest trees'),
    AS_MANY,
    PLACED,
  ]),
  lying('a greater tree counts as the smallest', { 'main.path.shape.smallest': 31n }, [
    COMMITMENT,
    shape('below[22]'),
    AS_MANY,
  ]),
  lying('no tree is the smallest', { 'main.path.shape.below[1]': 0n }, [COMMITMENT, shape('below[22]'), AS_MANY]),

  // ---------------------------------------------------------------- which tree
  lying('the leaf is in another tree', { 'main.path.shape.target[5]': 0n, 'main.path.shape.target[4]': 1n }, [
    COMMITMENT,
    shape('newer[5] is 0, or 1 where the path turns'),
    PLACED,
  ]),
  lying('the leaf is in two trees', { 'main.path.shape.target[4]': 1n }, [
    list('root of exponent 20'),
    COMMITMENT,
    shape('target[19] is 0 or 1'),
    shape('present[19] is 0 or 1, and 1 where the leaf is'),
    shape('newer[5] is 0, or 1 where the path turns'),
    shape('up[20]'),
    shape('up[21]'),
    PLACED,
    tree('siblings of exponent 22: first'),
    tree('node[21]'),
  ]),
  lying('the leaf is in no tree', { 'main.path.shape.target[5]': 0n }, [
    list('root of exponent 20'),
    COMMITMENT,
    shape('present[19] is 0 or 1, and 1 where the leaf is'),
    shape('up[20]'),
    shape('up[21]'),
    tree('siblings of exponent 22: first'),
    tree('node[21]'),
  ]),
  lying(
    'the leaf is in a tree that is not there',
    { 'main.path.shape.target[5]': 0n, 'main.path.shape.target[3]': 1n },
    [
      COMMITMENT,
      shape('present[3] is 0 or 1, and 1 where the leaf is'),
      shape('newer[5] is 0, or 1 where the path turns'),
      PLACED,
    ],
  ),
  lying('a newer tree is passed over', { 'main.path.shape.opened[4]': 0n }, [COMMITMENT, shape('opened[4]'), PLACED]),
  at(6, 2, 'the older of two equal trees passes for the newer', { 'main.path.shape.newest': 1n }, [COMMITMENT, PLACED]),
  at(6, 5, 'the newer of two equal trees passes for the older', { 'main.path.shape.newest': 0n }, [COMMITMENT, PLACED]),
  at(4, 3, 'newer of two where there is one', { 'main.path.shape.newest': 1n }, [
    shape('newest is 0 or 1, and 0 where no tree is twice'),
    PLACED,
  ]),
  at(100, 41, 'newer of two in a tree that is there once', { 'main.path.shape.newest': 1n }, [
    COMMITMENT,
    shape('newest is of the smallest'),
    PLACED,
  ]),

  // ---------------------------------------------------------------- way through the tree
  lying('a turn the other way', { 'main.path.shape.newer[2]': flip }, [COMMITMENT, PLACED]),
  lying('a turn below the leaf', { 'main.path.shape.newer[6]': 1n }, [
    shape('newer[6] is 0, or 1 where the path turns'),
    PLACED,
  ]),
  lying('half a turn', { 'main.path.shape.newer[2]': (P + 1n) / 2n }, [
    COMMITMENT,
    shape('newer[2] is 0, or 1 where the path turns'),
    PLACED,
  ]),
  lying('two turns that add up alike', { 'main.path.shape.newer[2]': 0n, 'main.path.shape.newer[1]': 3n }, [
    COMMITMENT,
    shape('newer[1] is 0, or 1 where the path turns'),
  ]),
  lying(
    'the leaf is read as the root of a tree above',
    { 'main.path.shape.own[0]': 0n, 'main.path.shape.own[1]': 1n },
    [COMMITMENT, PLACED],
  ),
  lying('the leaf is in two places', { 'main.path.shape.own[3]': 1n }, [
    COMMITMENT,
    shape('own[21] is 0 or 1'),
    shape('newer[5] is 0, or 1 where the path turns'),
    shape('up[21]'),
    PLACED,
    tree('siblings of exponent 22: first'),
    tree('node[21]'),
  ]),
  lying('the leaf is above its tree', { 'main.path.shape.own[0]': 0n, 'main.path.shape.own[7]': 1n }, [
    COMMITMENT,
    shape('newer[2] is 0, or 1 where the path turns'),
    shape('newer[3] is 0, or 1 where the path turns'),
    shape('newer[5] is 0, or 1 where the path turns'),
    shape('up[21]'),
    PLACED,
    tree('siblings of exponent 22: first'),
    tree('node[21]'),
  ]),
  lying('a level is passed over', { 'main.path.shape.up[3]': 0n }, [
    COMMITMENT,
    shape('up[3]'),
    shape('newer[3] is 0, or 1 where the path turns'),
    shape('up[21]'),
    tree('siblings of exponent 22: first'),
    tree('node[21]'),
  ]),
  forged('siblings in the other order', [COMMITMENT], swapped(2)),
  lying('a node passes for the one above', { 'main.path.tree.node[3]': (node) => node + 1n }, [
    COMMITMENT,
    tree('node[3]'),
  ]),
  lying('the list takes another root', { 'main.path.list.root': 5n }, [COMMITMENT, tree('node[21]')]),
  lying('a commitment passes for the next', { 'main.path.list.after[2]': 5n }, [list('after[2]'), COMMITMENT]),
  lying('the S-box of a node is another function', { 'main.path.tree.hash[2].poseidon.sigmaP[9].in2': 5n }, [
    COMMITMENT,
    'main.path.tree.hash[2].poseidon.sigmaP[9]: in2',
  ]),
]
