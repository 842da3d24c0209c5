import { describe, expect, it } from 'vitest'
import { findEntryFaults, findUnused } from '../../scripts/check-faces.ts'
import type { TextFile } from '../../scripts/text-files.ts'

const files = (texts: Readonly<Record<string, string>>): TextFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, text }))

describe('faces', () => {
  const face = {
    'src/bitcoin/index.ts': `export { header, type Header as BlockHeader } from './header.ts'\nexport { work } from './work.ts'`,
  }
  const unused = (texts: Readonly<Record<string, string>>) =>
    findUnused(files({ ...face, ...texts })).map((line) => line.replace(/^.* exports (\w+),.*$/, '$1'))

  it('export what another part, an entry or a script imports, and nothing else', () => {
    expect(unused({})).toEqual(['header', 'Header', 'work'])
    const importing = { 'src/bus/a.ts': `import { type BlockHeader, header } from '../bitcoin/index.ts'` }
    expect(unused(importing)).toEqual(['Header', 'work'])
    expect(unused({ 'src/index.ts': `export {\n  work,\n  header as top,\n} from './bitcoin/index.ts'` })).toEqual([
      'Header',
    ])
    expect(unused({ 'scripts/a.ts': `import * as all from '../src/bitcoin/index.ts'` })).toEqual([])
    expect(unused({ 'scripts/a.ts': `const { work } = await import('../src/bitcoin/index.ts')` })).toEqual([])
  })

  it('are not used by their own part, by a comment or through another file', () => {
    expect(unused({ 'src/bitcoin/a.ts': `import { work } from './index.ts'` })).toContain('work')
    expect(unused({ 'src/bus/a.ts': `// import { work } from '../bitcoin/index.ts'` })).toContain('work')
    expect(unused({ 'scripts/a.ts': `import { work } from '../src/bitcoin/work.ts'` })).toContain('work')
    expect(unused({ 'src/bitcoin/io/a.ts': `import { work } from '../index.ts'` })).not.toContain('work')
  })

  it('are not for tests and benchmarks, which import from the file itself', () => {
    expect(unused({ 'test/a.test.ts': `import { work } from '../src/bitcoin/index.ts'` })).toContain('work')
    expect(unused({ 'bench/a.ts': `import * as all from '../src/bitcoin/index.ts'` })).toContain('work')
  })
})

describe('entries', () => {
  const faults = (texts: Readonly<Record<string, string>>) => findEntryFaults(files(texts))
  const part = (text: string) => ({
    'src/index.ts': `export { make, type Made } from './bitcoin/index.ts'`,
    'src/bitcoin/index.ts': `export { make, type Made, type Part } from './made.ts'`,
    'src/bitcoin/made.ts': text,
  })

  it('document every name', () => {
    const found = faults(part('export interface Made {}\n\n/** Makes. */\nexport function make(): Made {\n}\n'))
    expect(found).toEqual(['src/index.ts: exports Made, which src/bitcoin/made.ts does not document'])
  })

  it('export every type that what they export speaks of', () => {
    const declared =
      '/** A. */\nexport interface Part {}\n\n/** B. */\nexport interface Made {\n  readonly part: Part\n}\n'
    const found = faults(
      part(`${declared}\n/** C. */\nexport function make(part: Part): Made {\n  return new Other(part)\n}\n`),
    )
    expect(found).toEqual([
      'src/index.ts: exports make, which speaks of Part, but not that',
      'src/index.ts: exports Made, which speaks of Part, but not that',
    ])
  })

  it('take no notice of what nobody sees: bodies, private members, types of the language', () => {
    const text = `/** A. */
export interface Part {}

/** B. */
export class Made {
  readonly #part: Part
  readonly size: Map<string, Uint8Array>
  async #work(part: Part): Promise<void> {
    const other: Part = part
  }
}

/** C. */
export async function make(): Promise<Made> {
  const part: Part = {}
}
`
    expect(faults(part(text))).toEqual([])
  })
})
