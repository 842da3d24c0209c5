import { H, K, paddingWord, smallSigma0, smallSigma1 } from './sha256-constants.ts'
import { field, invert, type Scope } from './signals.ts'

const WORD = 1n << 32n
const BITS = Array.from({ length: 32 }, (_, i) => i)
type Word = bigint[]

const bitLength = (n: bigint): number => (n === 0n ? 0 : n.toString(2).length)
const wordBits = (n: bigint): Word => BITS.map((i) => (n >> BigInt(i)) & 1n)
const at = (word: Word | undefined, i: number): bigint => word![i % 32]!

/** y with x(x - 2y) = 2x - 3y: the parity where x is 0 to 3, what the equation forces where bits are forged. */
const parity = (x: bigint): bigint => (x >= 0n && x <= 3n ? x & 1n : field(x * (x - 2n) * invert(2n * x - 3n)))
const majority = (z: bigint): bigint => (z >= 0n && z <= 3n ? z >> 1n : field(z * (z - 1n) * invert(4n * z - 6n)))

export function outMax(block: number, k: number): bigint {
  if (k === 0) return 12n * WORD
  if (k === 4) return 10n * WORD
  return (block === 1 && k % 4 === 3 ? 3n : 2n) * WORD
}
const ivMax = (block: number, k: number) => (block === 1 && k % 4 === 3 ? outMax(0, k) : WORD)

export interface CompressionInput {
  readonly bit: readonly Word[]
  readonly first: bigint
  readonly iv: readonly bigint[]
  readonly ivBit: readonly Word[]
}

/** Of block 3 neither the initial value nor any padding is known: Sha256Block. */
export function compression(s: Scope, block: 0 | 1 | 2 | 3, input: CompressionInput): bigint[] {
  input.bit.forEach((word, t) => {
    word.forEach((bit, i) => {
      s.put(`bit[${t}][${i}]`, bit)
    })
  })
  s.put('first', input.first)
  input.iv.forEach((word, k) => {
    s.put(`iv[${k}]`, word)
    BITS.forEach((i) => {
      s.put(`ivBit[${k}][${i}]`, at(input.ivBit[k], i))
    })
  })
  const { W, WMAX } = schedule(s, block, input)
  return rounds(s, block, input, W, WMAX)
}

function schedule(s: Scope, block: 0 | 1 | 2 | 3, input: CompressionInput) {
  const W: bigint[] = []
  const WMAX: bigint[] = []
  const WBIT: Word[] = []
  const KNOWN: boolean[] = []
  for (let t = 0; t < 16; t++) {
    const pad = paddingWord(block, t)
    KNOWN[t] = pad !== undefined
    WBIT[t] = pad === undefined ? input.bit[t]! : wordBits(pad)
    W[t] = WBIT[t]!.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
    WMAX[t] = pad === undefined ? WORD : pad + 1n
  }
  W[0] = input.first
  WMAX[0] = block === 2 ? outMax(1, 0) : WORD

  for (let t = 16; t < 64; t++) {
    let val = W[t - 16]! + W[t - 7]!
    let max = WMAX[t - 16]! + WMAX[t - 7]!
    const reduce = t < 62
    let lastInSigma0 = false
    if (KNOWN[t - 15]) {
      val += smallSigma0(W[t - 15]!)
      max += smallSigma0(W[t - 15]!)
    } else {
      max += WORD - 1n
      const w = WBIT[t - 15]!
      for (let i = 0; i < 29; i++) {
        const x = at(w, i + 7) + at(w, i + 18) + w[i + 3]!
        val += s.put(`s0[${t}][${i}]`, parity(x)) << BigInt(i)
        s.constrain(`s0[${t}][${i}] is a parity`)
      }
      for (let i = 29; i < 32; i++) {
        const product = w[i - 25]! * w[i - 14]!
        val += (w[i - 25]! + w[i - 14]! - 2n * product) << BigInt(i)
        lastInSigma0 = i === 31 && reduce && KNOWN[t - 2]!
        if (lastInSigma0) continue
        s.put(`s0[${t}][${i}]`, product)
        s.constrain(`s0[${t}][${i}]`)
      }
    }
    if (KNOWN[t - 2]) {
      val += smallSigma1(W[t - 2]!)
      max += smallSigma1(W[t - 2]!)
    } else {
      max += WORD - 1n
      const w = WBIT[t - 2]!
      for (let i = 0; i < 22; i++) {
        const x = at(w, i + 17) + at(w, i + 19) + w[i + 10]!
        val += s.put(`s1[${t}][${i}]`, parity(x)) << BigInt(i)
        s.constrain(`s1[${t}][${i}] is a parity`)
      }
      for (let i = 22; i < 32; i++) {
        const [p, q] = [w[i - 15]!, w[i - 13]!]
        val += (p + q - 2n * p * q) << BigInt(i)
      }
      for (let o = 0; o < 2; o++) {
        const path = (j: number) => w[j + o]!
        const weight = (n: number) => BigInt(n + o)
        s.put(`s1[${t}][${22 + o}]`, path(9) * ((path(7) << weight(23)) + (path(11) << weight(25))))
        s.constrain(`s1[${t}][${22 + o}]`)
        s.put(`s1[${t}][${24 + o}]`, path(13) * ((path(11) << weight(27)) + (path(15) << weight(29))))
        s.constrain(`s1[${t}][${24 + o}]`)
        if (o === 1 && reduce) continue
        s.put(`s1[${t}][${26 + o}]`, path(15) * path(17))
        s.constrain(`s1[${t}][${26 + o}]`)
      }
    }
    KNOWN[t] = false
    if (!reduce) {
      W[t] = val
      WMAX[t] = max
      continue
    }
    val = field(val)
    WBIT[t] = BITS.map((i) => s.bit(`w[${t}][${i}]`, (val >> BigInt(i)) & 1n))
    W[t] = WBIT[t]!.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
    WMAX[t] = WORD
    for (let i = 0; i < bitLength((max - 1n) / WORD); i++) s.bit(`wCarry[${t}][${i}]`, (val >> BigInt(32 + i)) & 1n)
    s.constrain(`word ${t} of the schedule`)
  }
  return { W, WMAX }
}

function rounds(s: Scope, block: 0 | 1 | 2 | 3, input: CompressionInput, W: bigint[], WMAX: bigint[]): bigint[] {
  const constIv = block === 0 || block === 2
  const A: bigint[] = []
  const E: bigint[] = []
  const AMAX: bigint[] = []
  const EMAX: bigint[] = []
  const ABIT: Word[] = []
  const EBIT: Word[] = []
  for (let k = 0; k < 4; k++) {
    A[3 - k] = constIv ? H[k]! : input.iv[k]!
    E[3 - k] = constIv ? H[4 + k]! : input.iv[4 + k]!
    AMAX[3 - k] = constIv ? H[k]! + 1n : ivMax(block, k)
    EMAX[3 - k] = constIv ? H[4 + k]! + 1n : ivMax(block, 4 + k)
    ABIT[3 - k] = constIv ? wordBits(H[k]!) : input.ivBit[k]!
    EBIT[3 - k] = constIv ? wordBits(H[4 + k]!) : input.ivBit[4 + k]!
  }
  for (let t = 0; t < 64; t++) {
    // Equations among constants are linear and vanish from the R1CS.
    const fixed = (rounds: number) => constIv && t < rounds
    let [vS0, vS1, vMaj, vCh] = [0n, 0n, 0n, 0n]
    for (const i of BITS) {
      const weight = BigInt(i)
      const S0 = parity(at(ABIT[t + 3], i + 2) + at(ABIT[t + 3], i + 13) + at(ABIT[t + 3], i + 22))
      vS0 += s.put(`S0[${t}][${i}]`, S0) << weight
      if (!fixed(1)) s.constrain(`S0[${t}][${i}] is a parity`)
      const S1 = parity(at(EBIT[t + 3], i + 6) + at(EBIT[t + 3], i + 11) + at(EBIT[t + 3], i + 25))
      vS1 += s.put(`S1[${t}][${i}]`, S1) << weight
      if (!fixed(1)) s.constrain(`S1[${t}][${i}] is a parity`)
      const [b, c] = [ABIT[t + 2]![i]!, ABIT[t + 1]![i]!]
      if (fixed(2)) {
        vMaj += (b * c + ABIT[t + 3]![i]! * (b + c - 2n * b * c)) << weight
      } else {
        vMaj += s.put(`maj[${t}][${i}]`, majority(field(ABIT[t + 3]![i]! + b + c))) << weight
        s.constrain(`maj[${t}][${i}] is a majority`)
      }
      const ch = EBIT[t + 3]![i]! * (EBIT[t + 2]![i]! - EBIT[t + 1]![i]!) + EBIT[t + 1]![i]!
      if (i === 0 && t < 63) {
        vCh += ch
        continue
      }
      vCh += s.put(`ch[${t}][${i}]`, ch) << weight
      if (!fixed(2)) s.constrain(`ch[${t}][${i}]`)
    }
    const rest = A[t]! + E[t]! + vS1 + K[t]! + W[t]!
    const restMax = AMAX[t]! + EMAX[t]! + WORD + K[t]! + WMAX[t]!
    if (t === 63) {
      E[67] = rest + vCh
      A[67] = rest + vCh - A[63]! + vS0 + vMaj
      break
    }
    const newE = field(rest + vCh)
    EBIT[t + 4] = BITS.map((i) => s.bit(`e[${t}][${i}]`, (newE >> BigInt(i)) & 1n))
    E[t + 4] = EBIT[t + 4]!.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
    EMAX[t + 4] = WORD
    for (let i = 0; i < bitLength((restMax + WORD - 1n) / WORD); i++) {
      s.bit(`eCarry[${t}][${i}]`, (newE >> BigInt(32 + i)) & 1n)
    }
    const lift = ((AMAX[t]! + WORD - 2n) / WORD) * WORD
    const newA = field(E[t + 4]! - A[t]! + vS0 + vMaj + lift)
    ABIT[t + 4] = BITS.map((i) => s.bit(`a[${t}][${i}]`, (newA >> BigInt(i)) & 1n))
    A[t + 4] = ABIT[t + 4]!.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
    AMAX[t + 4] = WORD
    for (let i = 0; i < bitLength((3n * (WORD - 1n) + lift) / WORD); i++) {
      s.bit(`aCarry[${t}][${i}]`, (newA >> BigInt(32 + i)) & 1n)
    }
    if (!fixed(2)) s.constrain(`a and e of round ${t}`)
  }
  const out: bigint[] = []
  for (let k = 0; k < 4; k++) {
    out[k] = s.put(`out[${k}]`, (constIv ? H[k]! : input.iv[k]!) + A[67 - k]!)
    out[4 + k] = s.put(`out[${4 + k}]`, (constIv ? H[4 + k]! : input.iv[4 + k]!) + E[67 - k]!)
  }
  return out
}

/** The low 32 bits of a word below `max`. */
export function reduceWord(s: Scope, max: bigint, input: bigint): Word {
  const value = s.put('in', input)
  const carries = bitLength((max - 1n) >> 32n)
  const out = BITS.map((i) => s.bit(`bit[${i}]`, (value >> BigInt(i)) & 1n))
  for (let i = 0; i < carries - 1; i++) s.bit(`carry[${i}]`, (value >> BigInt(32 + i)) & 1n)
  s.constrain('in range')
  return out
}

/** hash[j][i], bits of the eight words, from those of the previous hash and of the header's other twelve words. */
export function headerHash(s: Scope, prev: readonly Word[], word: readonly Word[]): Word[] {
  const zeros: Word = BITS.map(() => 0n)
  const padded = (words: readonly Word[]) => Array.from({ length: 16 }, (_, j) => words[j] ?? zeros)
  const whole = (bits: Word) => bits.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
  for (const [name, words] of [
    ['prev', prev],
    ['word', word],
  ] as const) {
    words.forEach((bits, j) => {
      bits.forEach((bit, i) => {
        s.put(`${name}[${j}][${i}]`, bit)
      })
    })
  }
  const noIv = { iv: new Array(8).fill(0n), ivBit: new Array(8).fill(zeros) }
  const c0 = compression(s.part('c0'), 0, {
    bit: [word[0]!, ...prev, ...word.slice(1, 8)],
    first: whole(word[0]!),
    ...noIv,
  })
  const iv: bigint[] = []
  const ivBit: Word[] = []
  for (let k = 0; k < 8; k++) {
    const unread = k % 4 === 3
    ivBit[k] = unread ? zeros : reduceWord(s.part(`r0[${k}]`), outMax(0, k), c0[k]!)
    iv[k] = unread ? c0[k]! : whole(ivBit[k]!)
  }
  const c1 = compression(s.part('c1'), 1, { bit: padded(word.slice(8)), first: whole(word[8]!), iv, ivBit })
  const digest = [zeros, ...[1, 2, 3, 4, 5, 6, 7].map((k) => reduceWord(s.part(`r1[${k}]`), outMax(1, k), c1[k]!))]
  const c2 = compression(s.part('c2'), 2, { bit: padded(digest), first: c1[0]!, ...noIv })
  return c2.map((out, k) => {
    const hash = reduceWord(s.part(`r2[${k}]`), outMax(2, k), out)
    hash.forEach((bit, i) => {
      s.put(`hash[${k}][${i}]`, bit)
    })
    return hash
  })
}
