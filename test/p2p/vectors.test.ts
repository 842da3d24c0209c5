import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { concatBytes, hexToBytes } from '../../src/lib/index.ts'
import { allKinds, codecOf } from './all-kinds.ts'

/** What other implementations read: the documented bytes of every message, and what they mean. */
const vectors = z
  .strictObject({
    source: z.string(),
    messages: z.array(
      z.strictObject({
        protocol: z.string(),
        part: z.enum(['question', 'answer', 'message']),
        bytes: z.string(),
        value: z.json(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../vectors/peer-messages.json', import.meta.url), 'utf8')))

/** Hex digits, or one byte that is repeated: `00*31 ff`. */
function bytesOf(text: string): Uint8Array {
  const parts = text.split(' ').filter((part) => part !== '')
  return concatBytes(
    ...parts.map((part) => {
      const [hex = '', times = '1'] = part.split('*')
      const bytes = hexToBytes(hex)
      return times === '1' ? bytes : new Uint8Array(Number(times)).fill(bytes[0] as number)
    }),
  )
}

/** Of JSON: `{ bytes }` alone is an array of bytes, `{ int }` alone a bigint. */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && typeof first?.[1] === 'string') {
    if (first[0] === 'bytes') return bytesOf(first[1])
    if (first[0] === 'int') return BigInt(first[1])
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, meaning(part)]))
}

const kinds = await allKinds()
const docs = ['docs/p2p.md', 'docs/storage.md', 'docs/compute-network.md'].map((file) =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'),
)

describe('the documented bytes of what peers say', () => {
  it.each(vectors.messages)('$protocol $part: $bytes', ({ protocol, part, bytes, value }) => {
    const codec = codecOf(kinds, protocol, part)
    const read = codec?.decode(bytesOf(bytes))
    expect(read).toEqual({ ok: true, value: meaning(value) })
    expect(codec?.encode(meaning(value))).toEqual(bytesOf(bytes))
  })

  it('are there of every protocol, question and answer, and each is in the documents by its name', () => {
    const has = (name: string, part: string) =>
      vectors.messages.some((message) => message.protocol === name && message.part === part)
    expect(kinds.requests.length).toBeGreaterThan(6)
    expect(kinds.gossip.length).toBeGreaterThan(0)
    const without = [
      ...kinds.requests.filter(({ name }) => !has(name, 'question') || !has(name, 'answer')),
      ...kinds.gossip.filter(({ name }) => !has(name, 'message')),
    ]
    expect(without.map(({ name }) => name)).toEqual([])
    const named = (name: string) => docs.some((text) => text.includes(`\`${name}\``))
    expect(kinds.requests.filter(({ name }) => !named(name)).map(({ name }) => name)).toEqual([])
    expect(kinds.gossip.filter(({ name }) => !named(`gossip/${name}`)).map(({ name }) => name)).toEqual([])
  })

  it('are within the limits of their kind', () => {
    for (const { protocol, part, bytes } of vectors.messages) {
      if (part === 'message') continue
      const kind = kinds.requests.find(({ name }) => name === protocol)
      const most = part === 'question' ? kind?.maxQuestionBytes : kind?.maxAnswerBytes
      expect(bytesOf(bytes).length).toBeLessThanOrEqual(most ?? 0)
    }
  })
})
