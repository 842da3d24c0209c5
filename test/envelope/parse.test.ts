import { describe, expect, it } from 'vitest'
import { type Envelope, parseEnvelopes } from '../../src/bitcoin/index.ts'
import { scriptOf, spends, text } from './script-of.ts'

const parse = (...scripts: (Uint8Array | null)[]) => parseEnvelopes(spends(...scripts))
const only = (script: Uint8Array): Envelope => {
  const found = parse(script)
  if (found.length !== 1) throw new Error(`${found.length} envelopes`)
  return found[0] as Envelope
}
/** An envelope of these pushes after the protocol's name. */
const envelope = (...pushes: (string | number[] | Uint8Array)[]) => scriptOf('FALSE', 'IF', "'ord'", ...pushes, 'ENDIF')
/** FALSE IF 'ord' */
const ORD = [0x00, 0x63, 0x03, 0x6f, 0x72, 0x64]
const TEXT = envelope([1], "'text/plain;charset=utf-8'", 'FALSE', "'ord'")

describe('where envelopes are', () => {
  it('reads content type and body', () => {
    expect(only(TEXT)).toMatchObject({ input: 0, offset: 0, index: 0, error: null, errors: [], unbound: false })
    expect(only(TEXT)).toMatchObject({ contentType: text('text/plain;charset=utf-8'), body: text('ord') })
  })

  it('before and after other opcodes', () => {
    const around = scriptOf('CHECKSIG', 'FALSE', 'IF', "'ord'", 'FALSE', "'x'", 'ENDIF', 'CHECKSIG')
    expect(only(around)).toMatchObject({ body: text('x'), error: null })
  })

  it('in the leaf script alone: no key path spend, an annex aside', () => {
    const control = new Uint8Array(33)
    const annex = Uint8Array.of(0x50, 1)
    const found = (...witness: Uint8Array[]) => parseEnvelopes({ inputs: [{ witness }] }).length
    expect(found()).toBe(0)
    expect(found(TEXT)).toBe(0)
    expect(found(TEXT, control)).toBe(1)
    expect(found(new Uint8Array(64), TEXT, control)).toBe(1)
    expect(found(TEXT, annex)).toBe(0)
    expect(found(TEXT, control, annex)).toBe(1)
    expect(found(control, TEXT, annex)).toBe(0)
    expect(found(TEXT, new Uint8Array(0))).toBe(1)
  })

  it('of more pushes than a call takes arguments, in a body and in a field', () => {
    const many = 200_000
    const script = (pushes: readonly number[]) => Uint8Array.from([...ORD, ...pushes, 0x68])
    const body = script([0, ...new Array<number>(many).fill(0)])
    expect(only(body)).toMatchObject({ body: new Uint8Array(0), error: null })
    const metadata = script(Array.from({ length: many }, () => [1, 5, 1, 7]).flat())
    expect(only(metadata).metadata).toEqual(new Uint8Array(many).fill(7))
  })

  it('numbers them through the transaction, and counts them by input', () => {
    const two = Uint8Array.from([...TEXT, ...TEXT])
    const found = parse(two, null, TEXT)
    expect(found.map(({ input, offset, index, error }) => [input, offset, index, error])).toEqual([
      [0, 0, 0, null],
      [0, 1, 1, 'not_at_offset_zero'],
      [2, 0, 2, 'not_in_first_input'],
    ])
  })

  it.each([
    ['no OP_FALSE', scriptOf('IF', "'ord'", 'ENDIF')],
    ['no OP_ENDIF', scriptOf('FALSE', 'IF', "'ord'", 'FALSE', "'x'")],
    ['no protocol name', scriptOf('FALSE', 'IF', 'ENDIF')],
    ['another protocol', scriptOf('FALSE', 'IF', "'foo'", 'ENDIF')],
    ['a longer name', scriptOf('FALSE', 'IF', "'ordx'", 'ENDIF')],
    ['an opcode within', scriptOf('FALSE', 'IF', "'ord'", 'CHECKSIG', 'ENDIF')],
    ['OP_RESERVED within', scriptOf('FALSE', 'IF', "'ord'", 'SUCCESS', 'ENDIF')],
    ['a number for OP_FALSE', scriptOf('n1', 'IF', "'ord'", 'ENDIF')],
    ['an empty script', new Uint8Array(0)],
  ])('%s is none', (_, script) => {
    expect(parse(script)).toEqual([])
  })

  it('an envelope within an envelope is none, nor is what holds it', () => {
    expect(parse(scriptOf('FALSE', 'IF', "'ord'", 'FALSE', 'IF', "'ord'", 'ENDIF', 'ENDIF'))).toEqual([])
  })

  it('a push beyond the end takes every envelope of its script, not those of other inputs', () => {
    for (const end of [
      [1],
      [0x4b, 0],
      [0x4c],
      [0x4c, 2, 0],
      [0x4d, 1],
      [0x4d, 1, 0],
      [0x4e, 0, 0, 0],
      [0x4e, 255, 255, 255, 255],
    ]) {
      expect(parse(Uint8Array.from([...TEXT, ...end]))).toEqual([])
      expect(parse(Uint8Array.from([...end, ...TEXT]).subarray(0, end.length))).toEqual([])
    }
    expect(parse(Uint8Array.from([...TEXT, 1]), TEXT).map(({ input, index }) => [input, index])).toEqual([[1, 0]])
  })

  it('every way of pushing counts, also of the empty string and the name', () => {
    const odd = Uint8Array.from([0x4c, 0, 0x63, 0x4d, 3, 0, 0x6f, 0x72, 0x64, 0x4e, 0, 0, 0, 0, 0x4c, 1, 7, 0x68])
    expect(only(odd)).toMatchObject({ body: Uint8Array.of(7), error: null })
  })

  it('a push longer than 520 bytes is read: OP_SUCCESS can make such a script valid', () => {
    expect(
      only(scriptOf('FALSE', 'IF', "'ord'", 'FALSE', new Uint8Array(70_000), 'ENDIF', 'SUCCESS')).body,
    ).toHaveLength(70_000)
  })
})

describe('fields', () => {
  it('body: none, empty, of several pushes, of empty pushes', () => {
    expect(only(envelope([1], "'a'")).body).toBeNull()
    expect(only(envelope('FALSE')).body).toEqual(new Uint8Array(0))
    expect(only(envelope('FALSE', "'foo'", "'bar'")).body).toEqual(text('foobar'))
    expect(only(envelope('FALSE', 'FALSE', 'FALSE', "'x'", 'FALSE'))).toMatchObject({ body: text('x'), error: null })
  })

  it('every tag has its field', () => {
    const all = only(
      envelope(
        ...[[1], 'FALSE', [3], "'p1'", [5], "'m'", [7], "'proto'", [9], "'br'", [11], "'d'", [13], "'r'"],
        ...[[15], "'note'", [17], "'props'", [19], "'enc'", [255], "'nop'"],
      ),
    )
    expect(all).toMatchObject({
      ...{ contentType: new Uint8Array(0), parents: [text('p1')], metadata: text('m'), metaprotocol: text('proto') },
      ...{ contentEncoding: text('br'), delegate: text('d'), rune: text('r'), properties: text('props') },
      ...{ propertyEncoding: text('enc'), pointer: null, body: null, error: null },
    })
    expect(all.fields.map(({ tag }) => tag[0])).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 255])
  })

  it('metadata and properties are joined, parents all kept, of others the first counts', () => {
    const found = only(
      envelope([5], [0], [17], [2], [5], [1], [17], [3], [3], "'a'", [3], "'b'", [7], "'x'", [7], "'y'"),
    )
    expect(found).toMatchObject({
      metadata: Uint8Array.of(0, 1),
      properties: Uint8Array.of(2, 3),
      error: 'duplicate_field',
    })
    expect(found).toMatchObject({ parents: [text('a'), text('b')], metaprotocol: text('x') })
  })
})

describe("what is wrong, by ord's names", () => {
  const errors = (script: Uint8Array) => only(script).errors
  it.each([
    ['an unknown even tag', envelope([22], [0]), ['unrecognized_even_field']],
    ['tag 66', envelope([66], [1]), ['unrecognized_even_field']],
    ['tag 0', envelope([0], [1]), ['unrecognized_even_field']],
    ['an even first byte of a longer tag', envelope([2, 0], [1]), ['unrecognized_even_field']],
    ['an odd first byte of a longer tag', envelope([1, 2], [1]), []],
    ['an unknown odd tag', envelope([99], [1]), []],
    ['a tag twice', envelope([255], 'FALSE', [255], 'FALSE'), ['duplicate_field']],
    ['the same number in two forms of tag', envelope([1], "'a'", [1, 0], "'b'"), []],
    ['a pointer', envelope([2], [1]), ['pointer']],
    ['an empty pointer', envelope([2], 'FALSE'), ['pointer']],
    ['two pointers', envelope([2], [1], [2], [0]), ['unrecognized_even_field', 'duplicate_field', 'pointer']],
    ['a tag without a value', envelope([99]), ['incomplete_field']],
    ['an even tag without a value', envelope([22]), ['incomplete_field']],
    ['a tag as a number', envelope('n1', "'text/plain'"), ['pushnum']],
    ['a number in the body', envelope('FALSE', 'n16'), ['pushnum']],
  ] as const)('%s', (_, script, expected) => {
    expect(errors(script)).toEqual(expected)
    expect(only(script).error).toBe(expected[0] ?? null)
    expect(only(script).unbound).toBe((expected as readonly string[]).includes('unrecognized_even_field'))
  })

  it('a number opcode is the byte it stands for', () => {
    for (let n = 1; n <= 16; n++) expect(only(envelope('FALSE', `n${n}`)).body).toEqual(Uint8Array.of(n))
    expect(only(envelope('FALSE', 'n-1'))).toMatchObject({ body: Uint8Array.of(0x81), error: 'pushnum' })
    expect(only(envelope('n1', "'text/plain'"))).toMatchObject({ contentType: text('text/plain'), error: 'pushnum' })
  })

  it.each([
    ['two OP_FALSE', ['FALSE', 'FALSE', 'IF', "'ord'", 'ENDIF'], true],
    ['a beginning for the name', ['FALSE', 'IF', 'FALSE', 'IF', "'ord'", 'ENDIF'], true],
    ['two beginnings for the name', ['FALSE', 'IF', 'FALSE', 'IF', 'FALSE', 'IF', "'ord'", 'ENDIF'], true],
    ['something between', ['FALSE', 'FALSE', 'AND', 'FALSE', 'IF', "'ord'", 'ENDIF'], false],
    // ord keeps the flag until the next failed beginning, over whatever else stands between.
    [
      'OP_FALSE OP_FALSE ends a stutter only by failing',
      ['FALSE', 'IF', 'FALSE', 'CHECKSIG', 'FALSE', 'IF', "'ord'", 'ENDIF'],
      false,
    ],
  ] as const)('stutter: %s', (_, words, expected) => {
    expect(only(scriptOf(...words)).error).toBe(expected ? 'stutter' : null)
  })

  it('a stutter stays for the envelopes that follow', () => {
    const found = parse(scriptOf('FALSE', 'FALSE', 'IF', "'ord'", 'ENDIF', 'FALSE', 'IF', "'ord'", 'ENDIF'))
    expect(found.map(({ errors }) => errors)).toEqual([['stutter'], ['not_at_offset_zero', 'stutter']])
  })

  it('an envelope that breaks off ends a stutter', () => {
    const words = ['FALSE', 'FALSE', 'IF', "'ord'", 'CHECKSIG', 'FALSE', 'IF', "'ord'", 'ENDIF']
    expect(only(scriptOf(...words)).error).toBeNull()
  })

  it('precedence: field by field', () => {
    const worst = scriptOf('FALSE', 'FALSE', 'IF', "'ord'", [2], [1], [22], 'n1', [99], [1], [99], [1], [5], 'ENDIF')
    expect(parse(null, Uint8Array.from([...TEXT, ...worst]))[1]?.errors).toEqual([
      ...['unrecognized_even_field', 'duplicate_field', 'incomplete_field', 'not_in_first_input'],
      ...['not_at_offset_zero', 'pointer', 'pushnum', 'stutter'],
    ])
  })
})
