import { describe, expect, test } from 'vitest'
import { mainnet, regtest } from '../../src/bitcoin/index.ts'
import { encodeCeremonyFile, readCeremonyFile } from '../../src/compute/ceremony/ceremony-file.ts'
import { beaconDelay, judgeCeremony, lastContribution, setupOf } from '../../src/compute/ceremony/judge-ceremony.ts'
import type { Contribution } from '../../src/proving/index.ts'

const BLOCK = '0123456789abcdef'.repeat(4)
const bytes = (fill: number) => new Uint8Array(64).fill(fill)
const person = (fill: number): Contribution => ({ hash: bytes(fill), name: `${fill}`, beacon: null })
const beacon = (block = BLOCK, rounds = 10): Contribution => ({
  ...{ hash: bytes(9), name: '' },
  beacon: { bytes: new Uint8Array(Buffer.from(block, 'hex')), rounds },
})

describe('a ceremony', () => {
  const chain = { inscribed: bytes(2), beaconBlock: BLOCK }
  const judge = (...contributions: Contribution[]) => judgeCeremony(contributions, chain, 10)

  test('is of people, and a beacon of a block that nobody knew when they were done', () => {
    expect(judge(person(1), person(2), beacon())).toMatchObject({ ok: true, people: [{ name: '1' }, { name: '2' }] })
    expect(judge(person(2), beacon())).toMatchObject({ ok: true })
  })

  test.each<[string, string, readonly Contribution[]]>([
    ['of nobody', 'no-beacon', []],
    ['without a beacon', 'no-beacon', [person(1), person(2)]],
    ['of a beacon alone', 'no-contribution', [beacon()]],
    ['with somebody after the beacon', 'no-beacon', [person(2), beacon(), person(3)]],
    ['with two beacons', 'beacon-in-the-middle', [person(2), beacon(), beacon()]],
    ['whose last contribution is another than was inscribed', 'wrong-inscription', [person(2), person(3), beacon()]],
    ['with a beacon of another block', 'wrong-beacon', [person(2), beacon('00'.repeat(32))]],
    [
      'with a beacon of the hash backwards',
      'wrong-beacon',
      [person(2), beacon(Buffer.from(BLOCK, 'hex').reverse().toString('hex'))],
    ],
    ['with a beacon that was hashed otherwise', 'wrong-rounds', [person(2), beacon(BLOCK, 11)]],
  ])('%s is none', (_what, reject, contributions) => {
    expect(judge(...contributions)).toMatchObject({ ok: false, reject })
  })

  test('goes on until its beacon', () => {
    expect(lastContribution([person(1), person(2)])).toMatchObject({ ok: true, last: { name: '2' } })
    expect(lastContribution([])).toMatchObject({ reject: 'no-contribution' })
    expect(lastContribution([person(1), beacon()])).toMatchObject({ reject: 'finished' })
  })

  test('waits 144 blocks, where blocks are made at will 6, and there is none for the rules of setups', () => {
    expect([beaconDelay(mainnet), beaconDelay(regtest)]).toEqual([144, 6])
    expect(setupOf('ceremony', mainnet)).toBe('ceremony')
    expect(setupOf('insecure-dev', mainnet)).toBe('insecure-dev')
    expect(setupOf('ceremony', regtest)).toBe('insecure-dev')
  })
})

describe('the file of a ceremony', () => {
  const file = { format: 1, network: 'regtest', inscription: `${'ab'.repeat(32)}i0`, height: 7 } as const
  test('is read as it is written', () => {
    expect(readCeremonyFile(encodeCeremonyFile(file))).toEqual({ ok: true, file })
  })

  test.each<[string, unknown]>([
    ['of another format', { ...file, format: 2 }],
    ['without an inscription', { ...file, inscription: 'ab' }],
    ['at half a block', { ...file, height: 0.5 }],
    ['of no network', { ...file, network: '' }],
    ['with something that nobody asked for', { ...file, more: 1 }],
    ['of nothing', null],
  ])('%s is refused', (_what, value) => {
    expect(readCeremonyFile(new TextEncoder().encode(JSON.stringify(value)))).toMatchObject({
      reject: 'bad-ceremony-file',
    })
  })

  test('of another form is refused', () => {
    expect(readCeremonyFile(new TextEncoder().encode('{'))).toMatchObject({ reject: 'bad-ceremony-file' })
    expect(readCeremonyFile(new Uint8Array(5000))).toMatchObject({ reject: 'bad-ceremony-file' })
  })
})
