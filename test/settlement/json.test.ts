import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, JsonFloat, parseJson } from '../../src/settlement/index.ts'
import { isJson } from '../../src/settlement/record/json.ts'
import { encodeJson, holdsJson } from '../../src/settlement/record/json-cbor.ts'

const read = (text: string): Json => {
  const result = parseJson(text)
  if (!result.ok) throw new Error(`${text}: ${result.reject}: ${result.detail}`)
  return result.value
}
const rejects = (text: string) => {
  const result = parseJson(text)
  return result.ok ? null : result.reject
}
const cborOf = (text: string) => Buffer.from(encodeJson(read(text))).toString('hex')

describe('lossless JSON', () => {
  it('keeps what JSON.parse loses', () => {
    expect(read('{"__proto__":{"x":1},"y":2}')).toEqual(
      new Map<string, Json>([
        ['__proto__', new Map([['x', 1n]])],
        ['y', 2n],
      ]),
    )
    expect(read('[9007199254740993,-18446744073709551616,-0,1.5,1.0,1e2]')).toEqual([
      9007199254740993n,
      -18446744073709551616n,
      new JsonFloat(-0),
      new JsonFloat(1.5),
      new JsonFloat(1),
      new JsonFloat(100),
    ])
  })

  it.each([
    ['{"a":1,"a":1}', 'duplicate-key'],
    ['{"a":1,"\\u0061":1}', 'duplicate-key'],
    ['"\\ud800"', 'lone-surrogate'],
    ['{"\\udc00x":1}', 'lone-surrogate'],
    ['"\ud800"', 'lone-surrogate'],
    ['18446744073709551617', 'inexact-number'],
    ['-18446744073709551617', 'inexact-number'],
    ['1e400', 'inexact-number'],
    ['1e-400', 'inexact-number'],
    ['0.12345678901234567890', 'inexact-number'],
    [`1${'0'.repeat(400)}`, 'inexact-number'],
    [`0.${'1'.repeat(2_000)}`, 'inexact-number'],
    [`${'['.repeat(128)}1${']'.repeat(128)}`, 'too-deep'],
    [`${'['.repeat(100_000)}`, 'too-deep'],
  ])('refuses %j as %s', (text, reject) => {
    expect(rejects(text)).toBe(reject)
  })

  it.each([
    '',
    ' ',
    '{',
    '[',
    '"',
    '"\\"',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{"a":1,}',
    '[1,]',
    '[,]',
    '1 2',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    'NaN',
    'Infinity',
    'nul',
    'truex',
    "'a'",
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '{"a":1}}',
    '//',
    '\ufeff1',
    '\u00a01',
  ])('refuses %j as no JSON', (text) => {
    expect(rejects(text)).toBe('not-json')
  })

  it('reads exactly what JSON.parse reads, in the same values', () => {
    const plain = (value: Json): unknown => {
      if (value instanceof JsonFloat) return value.value
      if (typeof value === 'bigint') return Number(value)
      if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
      return Array.isArray(value) ? value.map(plain) : value
    }
    const any = fc.json({ noUnicodeString: false, maxDepth: 6 })
    const space = fc.constantFrom('', ' ', '\n\t', '\r ')
    const property = fc.property(any, space, (text, blank) => {
      const result = parseJson(`${blank}${text}${blank}`)
      if (result.ok) expect(plain(result.value)).toEqual(JSON.parse(text))
      else expect(result.reject).toBe('lone-surrogate')
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('takes no text that JSON.parse refuses', () => {
    const parts = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      'a',
      '\\',
      'u0041',
      '0',
      '1',
      '-',
      '.',
      'e',
      'true',
      'null',
      ' ',
    )
    const property = fc.property(fc.array(parts, { maxLength: 12 }), (all) => {
      const text = all.join('')
      if (parseJson(text).ok) JSON.parse(text)
    })
    fc.assert(property, { numRuns: 5_000 })
  })

  it('takes every float that a program writes, in the shortest form and in any longer one that is exact', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))
    expect(read('803829702888604.2')).toEqual(new JsonFloat(803829702888604.2))
    const property = fc.property(finite, fc.integer({ min: 17, max: 100 }), (value, digits) => {
      for (const text of [JSON.stringify(value), value.toPrecision(digits), value.toExponential()]) {
        const number = read(text)
        const found = number instanceof JsonFloat ? number.value : Number(number)
        expect([text, found]).toEqual([text, value])
      }
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('values given as JSON', () => {
  it('are looked through at a bounded cost, however often they hold the same one', () => {
    const nested = (depth: number) => {
      let value: Json = 1n
      for (let i = 0; i < depth; i++)
        value =
          i % 2 === 0
            ? [value, value]
            : new Map([
                ['a', value],
                ['b', value],
              ])
      return value
    }
    expect(isJson(nested(10))).toBe(true)
    expect(isJson(nested(100))).toBe(false)
  })
})

describe('JSON in CBOR', () => {
  it.each([
    // ord (ciborium): integers as such, floats in the shortest form that is exact; RFC 8949, appendix A.
    ['{"a":1.5}', 'a16161f93e00'],
    ['{"a":0.1}', 'a16161fb3fb999999999999a'],
    ['{"a":1.1}', 'a16161fb3ff199999999999a'],
    ['{"a":100000.0}', 'a16161fa47c35000'],
    ['{"a":65504.0}', 'a16161f97bff'],
    ['{"a":5.960464477539063e-8}', 'a16161f90001'],
    ['{"a":1.0e+300}', 'a16161fb7e37e43c8800759c'],
    ['{"a":1.0}', 'a16161f93c00'],
    ['{"a":-0}', 'a16161f98000'],
    ['{"a":-0.0}', 'a16161f98000'],
    ['{"a":1}', 'a1616101'],
    ['{"a":9007199254740993}', 'a161611b0020000000000001'],
    ['{"a":18446744073709551615}', 'a161611bffffffffffffffff'],
    ['{"a":-18446744073709551616}', 'a161613bffffffffffffffff'],
    ['{"a":18446744073709551616}', 'a16161fa5f800000'],
    ['{"__proto__":{"x":1},"y":2}', 'a26179 02695f5f70726f746f5f5f a1617801'.replaceAll(' ', '')],
    ['{"b":[true,false,null,"ü"],"a":{}}', 'a26161a0616284f5f4f662c3bc'],
  ])('%s', (text, hex) => {
    expect(cborOf(text)).toBe(hex)
    expect(holdsJson(encodeJson(read(text)), read(text))).toBe(true)
  })

  it('is read back as what it was, whatever it is, and as nothing else', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
      fc.bigInt({ min: -(1n << 64n), max: (1n << 64n) - 1n }).map(String),
      fc.constantFrom('-0', '1.0', '1e3', '-0.0'),
    )
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'length', ''))
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        number,
        fc.string().map((text) => JSON.stringify(text)),
        fc.constantFrom('true', 'false', 'null'),
        fc.array(tie('tree')).map((items) => `[${items.join()}]`),
        fc
          .dictionary(key, tie('tree'))
          .map((all) => `{${Object.entries(all).map(([k, v]) => `${JSON.stringify(k)}:${v}`)}}`),
      ),
    }))
    const property = fc.property(tree as fc.Arbitrary<string>, tree as fc.Arbitrary<string>, (text, other) => {
      const value = read(text)
      const bytes = encodeJson(value)
      expect(holdsJson(bytes, value)).toBe(true)
      const second = encodeJson(read(other))
      if (Buffer.compare(bytes, second) !== 0)
        expect(holdsJson(second, value) && !/[.eE-]/.test(text + other)).toBe(false)
    })
    fc.assert(property, { numRuns: 500 })
  })
})
