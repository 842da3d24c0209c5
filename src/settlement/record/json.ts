import { aText, type Rejection, type Result, rejection, requireArgument } from '../../lib/index.ts'
import { exactFloat, JsonFloat } from './json-number.ts'

/**
 * A JSON value as it was written. Members of objects are in a map, so that no name means anything to the language
 * (`__proto__`); integers are `bigint`, everything with a point, an exponent or a negative zero is a `JsonFloat`.
 */
export type Json = null | boolean | string | bigint | JsonFloat | readonly Json[] | ReadonlyMap<string, Json>

/** Why a text is no JSON that can be kept as it is. */
export type JsonReject =
  | 'not-json'
  /** The later of two members would silently win. */
  | 'duplicate-key'
  /** Half a character: UTF-8 has no bytes for it. */
  | 'lone-surrogate'
  /** A number of which some digits would be lost. */
  | 'inexact-number'
  | 'too-deep'

/** Arrays and objects within each other; serde_json, which ord reads with, takes as many. */
const MAX_DEPTH = 127

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const SPACE = /[ \t\n\r]*/y
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const

/**
 * Reads JSON (RFC 8259) so that nothing is lost: what no value here can hold is refused. `JSON.parse` would round
 * numbers, drop members of one name and set the prototype by another.
 *
 * @example
 * import { parseJson } from 'wsc-bitcoin'
 *
 * const read = parseJson('{"n":9007199254740993}')
 * console.log(read.ok ? read.value.get('n') : read.reject) // 9007199254740993n
 */
export function parseJson(text: string): Result<{ readonly value: Json }, JsonReject> {
  requireArgument('parseJson', 'its text', text, aText)
  const reader = new Reader(text)
  try {
    const value = reader.value(0)
    reader.end()
    return { ok: true, value }
  } catch (error) {
    if (error instanceof Refusal) return error.rejection
    throw error
  }
}

/** Each value is a byte of CBOR at least, and a block has four million bytes. */
const MAX_VALUES = 4_000_000

/**
 * Whether a value is one of those that `parseJson` gives; plain objects and numbers of the language are not. One that is
 * held in several places counts as often: a few arrays within each other can stand for more values than can be written.
 */
export function isJson(value: unknown): value is Json {
  let left = MAX_VALUES
  const holds = (one: unknown, depth: number): boolean => {
    if (depth > MAX_DEPTH + 1 || --left < 0) return false
    if (one === null || one instanceof JsonFloat) return true
    if (['boolean', 'string', 'bigint'].includes(typeof one)) return true
    if (Array.isArray(one)) return one.every((item) => holds(item, depth + 1))
    return one instanceof Map && [...one].every(([key, item]) => typeof key === 'string' && holds(item, depth + 1))
  }
  return holds(value, 0)
}

/** Leaves the reader at any depth; never leaves this file. */
class Refusal extends Error {
  readonly rejection: Rejection<JsonReject>

  constructor(reject: JsonReject, detail: string) {
    super(detail)
    this.rejection = rejection(reject, detail)
  }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new Refusal('too-deep', `more than ${MAX_DEPTH} arrays and objects within each other`)
    this.#space()
    const next = this.#text[this.#at]
    if (next === '{') return this.#object(depth)
    if (next === '[') return this.#array(depth)
    if (next === '"') return this.#string()
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    return this.#number()
  }

  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw this.#unexpected()
  }

  #object(depth: number): ReadonlyMap<string, Json> {
    const members = new Map<string, Json>()
    this.#list('}', () => {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#unexpected()
      const at = this.#at
      const key = this.#string()
      if (members.has(key)) throw new Refusal('duplicate-key', `${JSON.stringify(key)} twice (at ${at})`)
      this.#space()
      this.#expect(':')
      members.set(key, this.value(depth + 1))
    })
    return members
  }

  #array(depth: number): readonly Json[] {
    const items: Json[] = []
    this.#list(']', () => items.push(this.value(depth + 1)))
    return items
  }

  /** From the opening bracket to the closing one. */
  #list(close: string, item: () => void): void {
    this.#at++
    this.#space()
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      item()
      this.#space()
      if (this.#text[this.#at] !== ',') break
      this.#at++
    }
    this.#expect(close)
  }

  #string(): string {
    const begin = this.#at
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (this.#at >= this.#text.length) throw this.#unexpected()
      if (this.#text[this.#at] === '\\') this.#at++
    }
    this.#at++
    let value: unknown
    try {
      // Of a string alone, which holds neither names nor numbers.
      value = JSON.parse(this.#text.slice(begin, this.#at))
    } catch {
      throw new Refusal('not-json', `an unreadable text at ${begin}`)
    }
    if (typeof value !== 'string') throw new Refusal('not-json', `an unreadable text at ${begin}`)
    if (!value.isWellFormed()) throw new Refusal('lone-surrogate', `half a character in the text at ${begin}`)
    return value
  }

  #number(): bigint | JsonFloat {
    const text = this.#match(NUMBER)
    if (text === '') throw this.#unexpected()
    const value = exactFloat(text)
    if (value === null) throw new Refusal('inexact-number', `${text.slice(0, 60)} would be rounded`)
    return value
  }

  #space(): void {
    this.#match(SPACE)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected()
    this.#at++
  }

  #unexpected(): Refusal {
    const found = this.#text[this.#at]
    return new Refusal('not-json', found === undefined ? 'it ends early' : `${JSON.stringify(found)} at ${this.#at}`)
  }
}
