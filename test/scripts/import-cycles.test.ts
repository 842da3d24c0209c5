import { describe, expect, it } from 'vitest'
import { findCycles } from '../../scripts/import-cycles.ts'
import { sourceFile } from '../../scripts/source-files.ts'

/** Files by name, each with the names it imports. */
const cycles = (imports: Readonly<Record<string, readonly string[]>>) =>
  findCycles(
    Object.entries(imports).map(([name, targets]) =>
      sourceFile(`src/web/${name}.ts`, targets.map((target) => `import { x } from './${target}.ts'\n`).join('')),
    ),
  ).map((line) => line.replaceAll('src/web/', '').replaceAll('.ts', ''))

describe('import cycles', () => {
  it('are none where files can be read one after the other', () => {
    expect(cycles({ a: ['b', 'c'], b: ['d'], c: ['d', 'gone'], d: [] })).toEqual([])
  })

  it('are found, of two, of many, and of one with itself, each once', () => {
    expect(cycles({ a: ['b'], b: ['a'] })).toEqual(['import cycle: a → b → a'])
    expect(cycles({ z: ['a'], a: ['b', 'c'], b: ['c'], c: ['d'], d: ['a'] })).toEqual(['import cycle: a → c → d → a'])
    expect(cycles({ a: ['a'] })).toEqual(['import cycle: a → a'])
    expect(cycles({ a: ['b'], b: ['a'], c: ['d', 'a'], d: ['c'] })).toEqual([
      'import cycle: a → b → a',
      'import cycle: c → d → c',
    ])
  })

  it('count where only types are imported', () => {
    const files = [
      sourceFile('test/a.ts', "import type { B } from './b.ts'"),
      sourceFile('test/b.ts', "import { a } from './a.ts'"),
    ]
    expect(findCycles(files)).toEqual(['import cycle: test/a.ts → test/b.ts → test/a.ts'])
  })
})
