import { describe, expect, it } from 'vitest'
import { MAX_ATTESTATION_JSON, MAX_PROOF_BYTES } from '../../src/bus/index.ts'
import { readFile, readFiles } from '../../src/web/file-kind.ts'

const file = (content: string | Uint8Array<ArrayBuffer>) => new File([content], 'any.name')
const kindOf = async (content: string | Uint8Array<ArrayBuffer>) => (await readFile(file(content))).kind

describe('a dropped file', () => {
  it('is told by its content', async () => {
    expect(await kindOf('WSCPROOF and more')).toBe('proof')
    expect(await kindOf('{ "format": "wsc-anchor-2" }')).toBe('anchor')
    expect(await kindOf('WSCA\u0001\u0002')).toBe('attestation')
    expect(await kindOf('WSCC\u0001')).toBe('certificate')
    expect(await kindOf('{"kind":"tx","format":"wsc-attestation-2"}')).toBe('attestation')
    expect(await kindOf(`{"format":"wsc-attestation-2","coinbase":"${'0'.repeat(1_000_000)}"}`)).toBe('attestation')
    expect(await kindOf('\n{"genesisHeader":"00"}')).toBe('network')
    expect(await kindOf(new Uint8Array(1_000_000))).toBe('key')
  })

  it('counts as a proof when it is nothing else, so that verifying says what is wrong with it', async () => {
    for (const content of ['', 'hello', '{', '{}', '[1]', new Uint8Array(12_000)]) {
      expect(await kindOf(content)).toBe('proof')
    }
  })

  it('is never read far beyond what its kind may have', async () => {
    const read = await readFile(file(new Uint8Array(1_000_000)), 'proof')
    expect('bytes' in read && read.bytes.length).toBe(MAX_PROOF_BYTES + 1)
    const long = await readFile(file(new Uint8Array(MAX_ATTESTATION_JSON + 1000).fill(0x7b)))
    expect([long.kind, 'bytes' in long && long.bytes.length]).toEqual(['attestation', MAX_ATTESTATION_JSON + 1])
  })

  it('that cannot be read is named, and the others are taken', async () => {
    const folder = Object.assign(file(''), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
    })
    const { read, unreadable } = await readFiles([folder, file('WSCPROOF')])
    expect(read.map(({ kind }) => kind)).toEqual(['proof'])
    expect(unreadable).toMatch(/^“any.name” cannot be read; .*folder.*gone/)
    expect((await readFiles([file('WSCPROOF')])).unreadable).toBe('')
  })
})
