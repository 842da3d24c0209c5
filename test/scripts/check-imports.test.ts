import { describe, expect, it } from 'vitest'
import { findBreaches } from '../../scripts/check-imports.ts'
import { sourceFile as file, readImports } from '../../scripts/source-files.ts'

describe('readImports', () => {
  it('finds every form of import and no example in a comment', () => {
    const text = `
      import { a } from './a.ts'
      import type { B } from './b.ts'
      import c, * as d from "c"
      import './e.ts'
      export * from './f.ts'
      export type { G } from './g.ts'
      import {
        type H,
        i,
      } from './h.ts'
      const j = await import('./j.ts')
      // import { k } from './k.ts'
      /** import { l } from './l.ts' */
      const m = 'https://example.org//x'
    `
    expect(readImports(text).map((found) => found.specifier)).toEqual([
      './a.ts',
      './b.ts',
      'c',
      './e.ts',
      './f.ts',
      './g.ts',
      './h.ts',
      './j.ts',
    ])
    expect(readImports(text).filter((found) => found.typeOnly)).toHaveLength(2)
  })
})

describe('findBreaches', () => {
  it('accepts the direction of the design', () => {
    const files = [
      file('src/bitcoin/index.ts', "import { sha256 } from '@noble/hashes/sha2.js'"),
      file('src/bus/index.ts', "import { a } from '../bitcoin/index.ts'"),
      file('src/cli/main.ts', "import { b } from '../bus/index.ts'\nimport { join } from 'node:path'"),
      file('storage/index.ts', "import { b } from '../src/bus/index.ts'"),
      file('src/index.ts', "export { b } from './bus/index.ts'"),
    ]
    expect(findBreaches(files)).toEqual([])
  })

  it('names an import against the direction', () => {
    const breaches = findBreaches([file('src/bitcoin/header.ts', "import { a } from '../bus/index.ts'")])
    expect(breaches).toEqual(['src/bitcoin/header.ts: bitcoin must not import bus'])
  })

  it('names an import between parts of one rank', () => {
    const breaches = findBreaches([file('src/cli/run.ts', "import { a } from '../web/index.ts'")])
    expect(breaches).toEqual(['src/cli/run.ts: cli must not import web'])
  })

  it('names an import past the public face', () => {
    const [breach] = findBreaches([file('src/bus/prove.ts', "import type { A } from '../proving/engine.ts'")])
    expect(breach).toMatch(/imports src\/proving\/engine\.ts, only its public face/)
  })

  it("keeps the folding crate's types behind proving", () => {
    const text = "import type { Fold } from '../../folding/index.d.ts'"
    expect(findBreaches([file('src/proving/addon.ts', text)])).toEqual([])
    expect(findBreaches([file('src/bus/prove.ts', text)])).toEqual([
      'src/bus/prove.ts: imports folding/index.d.ts, which is no part',
    ])
  })

  it('names a file that belongs to no part', () => {
    expect(findBreaches([file('src/util/x.ts', '')])).toEqual(['src/util/x.ts: belongs to no part (scripts/parts.ts)'])
  })

  it("names a browser file that brings one of Node's built-ins along, however far away", () => {
    const files = [
      file('src/browser.ts', "export { a } from './bitcoin/index.ts'"),
      file('src/bitcoin/index.ts', "export { a } from './a.ts'"),
      file('src/bitcoin/a.ts', "import { readFile } from 'node:fs/promises'"),
    ]
    expect(findBreaches(files)).toContain(
      'src/browser.ts: must run in a browser, but src/bitcoin/a.ts imports node:fs/promises',
    )
  })

  it("allows Node's built-ins below a folder named io, and to a browser file no way there", () => {
    const files = [
      file('src/bitcoin/io/index.ts', "import { readFile } from 'node:fs/promises'"),
      file('storage/table/io/disk.ts', "import { readFile } from 'node:fs/promises'"),
      file('src/bus/verify.ts', "import { a } from '../bitcoin/io/index.ts'"),
    ]
    expect(findBreaches(files)).toEqual([
      'src/bus/verify.ts: must run in a browser, but src/bitcoin/io/index.ts imports node:fs/promises',
    ])
  })
})
