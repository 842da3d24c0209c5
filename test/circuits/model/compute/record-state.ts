import { poseidonSignals } from '../poseidon.ts'
import { isNonNegative, isZero } from '../range.ts'
import type { Scope } from '../signals.ts'
import { bytesCommitment } from './bytes-commitment.ts'

const RECORD_BYTES = 104

/** Every signal of RecordState(slots). */
export function recordState(s: Scope, slots: number, given: readonly bigint[]): void {
  const bytes = given.map((value, i) => s.put(`in[${i}]`, value))
  s.put('list', bytesCommitment(s.part('commitment'), bytes))
  const number = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => bytes[from + i]! << BigInt(8 * i)).reduce((sum, part) => sum + part)

  const said = number(0, 2)
  const present: bigint[] = []
  for (let i = 0; i < slots; i++) {
    present[i] = s.bit(`present[${i}]`, BigInt(i) < said ? 1n : 0n)
    if (i > 0) s.constrain(`present[${i}] only after another`)
  }

  const at = (slot: number, byte: number) => 2 + RECORD_BYTES * slot + byte
  const slot = Array.from({ length: slots }, (_, i) => ({
    line: [number(at(i, 0), 22), number(at(i, 22), 22), number(at(i, 44), 20)] as const,
    seq: number(at(i, 64), 8),
    message: [number(at(i, 72), 16), number(at(i, 88), 16)] as const,
  }))
  let stands: bigint[] = []
  let all = 0n
  for (let i = 0; i < slots; i++) {
    const falls: bigint[] = []
    let least = 0n
    for (let j = 0; j < i; j++) {
      const [head, middle, tail] = (['sameHead', 'sameMiddle', 'sameTail'] as const).map((name, part) =>
        isZero(s.part(`${name}[${i}][${j}]`), slot[i]!.line[part]! - slot[j]!.line[part]!),
      ) as [bigint, bigint, bigint]
      const half = s.put(`sameHalf[${i}][${j}]`, head * middle)
      s.constrain(`sameHalf[${i}][${j}]`)
      const same = s.put(`same[${i}][${j}]`, half * tail)
      s.constrain(`same[${i}][${j}]`)
      falls[j] = s.put(`falls[${i}][${j}]`, stands[j]! * same)
      s.constrain(`falls[${i}][${j}]`)
      least += s.put(`before[${i}][${j}]`, falls[j]! * (slot[j]!.seq + 1n))
      s.constrain(`before[${i}][${j}]`)
    }
    const newer = isNonNegative(s.part(`newer[${i}]`), 64, slot[i]!.seq - least)
    const own = s.put(`stands[${i}][${i}]`, present[i]! * newer)
    s.constrain(`stands[${i}][${i}]`)
    all += own
    const next: bigint[] = []
    for (let j = 0; j < i; j++) {
      next[j] = s.put(`stands[${i}][${j}]`, stands[j]! - own * falls[j]!)
      s.constrain(`stands[${i}][${j}]`)
    }
    next[i] = own
    for (let j = i + 1; j < slots; j++) s.put(`stands[${i}][${j}]`, 0n)
    stands = next
  }
  s.put('counted', all)

  const links = Math.ceil((5 * slots) / 15)
  const elements: bigint[] = []
  slot.forEach(({ line, seq, message }, i) => {
    for (const value of [...line, seq + (message[0] << 64n), message[1]]) {
      const name = `shown[${elements.length}]`
      elements.push(s.put(name, stands[i]! * value))
      s.constrain(name)
    }
  })
  s.put(
    'lines',
    stands.reduce((sum, one) => sum + one),
  )
  let link = 0n
  for (let l = 0; l < links; l++) {
    const inputs = Array.from({ length: 15 }, (_, i) => elements[15 * l + i] ?? 0n)
    const fixed = inputs.flatMap((_, i) => (15 * l + i < 5 * slots ? [] : [1 + i]))
    if (l === 0) fixed.push(0)
    link = poseidonSignals(s.part(`link[${l}]`), 66n, [link, ...inputs], fixed)
  }
  s.put('state', link)
}
