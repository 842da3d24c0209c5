import { blockHash, type Header, regtest } from '../../../src/bitcoin/index.ts'
import type { ChainState } from '../../../src/bus/state.ts'
import { after, nextHeader, stateAt, stepOf } from '../scenario.ts'
import { type Forgery, flip } from './forgery.ts'

const state = (): ChainState => stateAt({ params: regtest, height: 40 })

/** A header built on a parent of the forger's. */
function onAnother(base: ChainState, change: (hash: Uint8Array) => Uint8Array): Header {
  return nextHeader(base, { prevHash: blockHash(change(Uint8Array.from(base.context.hash))) })
}

const flipped = (byte: number, mask: number) => (hash: Uint8Array) =>
  hash.map((value, i) => (i === byte ? value ^ mask : value))

/** Bit b of the tip's number, as the circuit splits it. */
const tipBit = (b: number) => `main.tip.half[${b >> 7}].out[${b % 128}]`

/** Rule 1: a header's previous hash is the hash of the header before it. */
export const link: readonly Forgery[] = [
  {
    rule: 'link',
    name: 'one bit of the tip is taken for another',
    native: 'bad-prevblk-link',
    attempt: () => {
      const base = state()
      const header = onAnother(base, flipped(0, 1))
      return { state: base, headers: [header], input: stepOf(base, header), lies: { [tipBit(0)]: flip } }
    },
    refusedBy: ['main.tip.half[0]: out[103] is 0 or 1'],
    garbles: ['main.header[0].c0', 'main.enough[0]'],
  },
  {
    rule: 'link',
    name: "another bit makes up for the tip's forged one",
    native: 'bad-prevblk-link',
    attempt: () => {
      const base = state()
      const header = onAnother(base, flipped(0, 2))
      const lies = { [tipBit(1)]: flip, 'main.tip.half[0].absorb': 1n }
      return { state: base, headers: [header], input: stepOf(base, header), lies }
    },
    refusedBy: ['main.tip.half[0]: out[0] is 0 or 1'],
    garbles: ['main.header[0].c0', 'main.enough[0]'],
  },
  {
    rule: 'link',
    name: 'the tip is another hash altogether',
    native: 'bad-prevblk-link',
    attempt: () => {
      const base = state()
      const header = onAnother(base, (hash) => hash.map((value) => value ^ 0x5a))
      const lies: Record<string, typeof flip> = {}
      for (let b = 0; b < 256; b++) if ((0x5a >> (b % 8)) & 1) lies[tipBit(b)] = flip
      return { state: base, headers: [header], input: stepOf(base, header), lies }
    },
    refusedBy: ['main.tip.half[0]: out[103] is 0 or 1', 'main.tip.half[1]: out[103] is 0 or 1'],
    garbles: ['main.header[0].c0', 'main.enough[0]'],
  },
  {
    rule: 'link',
    name: 'slot 1 stands on a hash of slot 0 with its lowest bit changed',
    native: 'bad-prevblk-link',
    attempt: () => {
      const base = state()
      const first = nextHeader(base)
      const second = onAnother(after(base, first), flipped(0, 1))
      const lies = { 'main.header[0].r2[0].bit[24]': flip }
      return {
        state: base,
        headers: [first, second],
        input: stepOf(base, first, second),
        lies,
      }
    },
    refusedBy: ['main.header[0].r2[0]: in range'],
  },
]
