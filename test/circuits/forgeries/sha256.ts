import { regtest } from '../../../src/bitcoin/index.ts'
import type { Lies } from '../model/signals.ts'
import { nextHeader, stateAt, stepOf } from '../scenario.ts'
import { type Attempt, type Forgery, flip } from './forgery.ts'

const WORD = 1n << 32n

function lying(lies: Lies): Attempt {
  const state = stateAt({ params: regtest, height: 20 })
  const header = nextHeader(state)
  return { state, headers: [header], input: stepOf(state, header), lies }
}

const forged = (name: string, lies: Lies, refusedBy: readonly string[], garbles: readonly string[] = []): Forgery => ({
  rule: 'sha256',
  name,
  native: 'valid',
  attempt: () => lying(lies),
  garbles,
  refusedBy,
})

/** A word and its carry say the same number in another way: the word less 2^32, the carry one more. */
const shifted = (bit: string, carry: string): Lies => ({
  [bit]: (honest) => honest - WORD,
  [carry]: (honest) => honest + 1n,
})

/** The hash itself: bits that are none, words beyond 2^32, other functions. */
export const sha256: readonly Forgery[] = [
  forged(
    'a word of the schedule less 2^32, its carry one more',
    shifted('main.header[0].c0.w[23][0]', 'main.header[0].c0.wCarry[23][0]'),
    ['main.header[0].c0: w[23][0] is 0 or 1'],
    ['main.header', 'main.enough[0]'],
  ),
  forged(
    "a round's e less 2^32, its carry one more",
    shifted('main.header[0].c1.e[60][0]', 'main.header[0].c1.eCarry[60][0]'),
    ['main.header[0].c1: e[60][0] is 0 or 1', 'main.header[0].c1: eCarry[60][0] is 0 or 1'],
    ['main.header', 'main.enough[0]'],
  ),
  forged(
    "a round's a less 2^32, its carry one more",
    shifted('main.header[0].c2.a[60][0]', 'main.header[0].c2.aCarry[60][0]'),
    ['main.header[0].c2: a[60][0] is 0 or 1', 'main.header[0].c2: aCarry[60][0] is 0 or 1'],
    ['main.header', 'main.enough[0]'],
  ),
  forged(
    'the hash less 2^32, its carry one more',
    shifted('main.header[0].r2[0].bit[0]', 'main.header[0].r2[0].carry[0]'),
    ['main.header[0].r2[0]: bit[0] is 0 or 1', 'main.header[0].r2[0]: carry[0] is 0 or 1'],
    ['main.header', 'main.enough[0]'],
  ),
  forged(
    'a bit of the schedule is 2',
    { 'main.header[0].c0.w[61][5]': 2n },
    ['main.header[0].c0: w[61][5] is 0 or 1'],
    ['main.header', 'main.enough[0]'],
  ),
  forged('a bit of the schedule is the other', { 'main.header[0].c0.w[61][5]': flip }, [
    'main.header[0].c0: word 61 of the schedule',
  ]),
  forged('a bit of e is the other', { 'main.header[0].c0.e[62][5]': flip }, ['main.header[0].c0: a and e of round 62']),
  forged('a bit of a is the other', { 'main.header[0].c0.a[62][5]': flip }, ['main.header[0].c0: a and e of round 62']),
  forged('a Sigma0 of another parity', { 'main.header[0].c2.S0[63][4]': flip }, [
    'main.header[0].c2: S0[63][4] is a parity',
  ]),
  forged('a Sigma1 of another parity', { 'main.header[0].c2.S1[63][4]': flip }, [
    'main.header[0].c2: S1[63][4] is a parity',
  ]),
  forged('a sigma0 of another parity', { 'main.header[0].c2.s0[63][4]': flip }, [
    'main.header[0].c2: s0[63][4] is a parity',
  ]),
  forged('a sigma1 of another parity', { 'main.header[0].c2.s1[63][4]': flip }, [
    'main.header[0].c2: s1[63][4] is a parity',
  ]),
  forged('a majority that is a minority', { 'main.header[0].c2.maj[63][4]': flip }, [
    'main.header[0].c2: maj[63][4] is a majority',
  ]),
  forged('another choice', { 'main.header[0].c2.ch[63][4]': flip }, ['main.header[0].c2: ch[63][4]']),
  forged(
    'the two equations of a round cheat each other by 2^40',
    { 'main.header[0].c0.e[62][0]': (h) => h + (1n << 40n), 'main.header[0].c0.a[62][0]': (h) => h + (1n << 40n) - 1n },
    ['main.header[0].c0: e[62][0] is 0 or 1', 'main.header[0].c0: a[62][0] is 0 or 1'],
    ['main.header', 'main.enough[0]'],
  ),
]
