import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileCircom } from '../../src/proving/io/index.ts'
import { MAX_LOCALS } from '../../src/proving/module-code.ts'
import { unsigned } from '../../src/proving/module-reader.ts'
import { confineModule, MAX_MODULE_BYTES, PAGE_BYTES } from '../../src/proving/witness-module.ts'
import { generator, HEADER, hostImport, section } from '../support/wasm-module.ts'

const PAGES = 200
const confine = (bytes: Uint8Array | readonly number[]) => confineModule(Uint8Array.from(bytes), PAGES * PAGE_BYTES)
const nothing = { exceptionHandler() {}, printErrorMessage() {}, writeBufferMessage() {}, showSharedRWMemory() {} }

/** The greatest number of pages that an instance can have, by asking it. */
function greatest(wasm: Uint8Array<ArrayBuffer>): number {
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { runtime: nothing }).exports
  const pages = () => (memory as WebAssembly.Memory).buffer.byteLength / PAGE_BYTES
  for (let step = 2 ** 15; step >= 1; step /= 2) {
    try {
      ;(memory as WebAssembly.Memory).grow(step)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return pages()
}

describe('a confined witness generator', () => {
  let circom: Uint8Array
  beforeAll(async () => {
    const main = fileURLToPath(new URL('../circuits/mains/is-zero.circom', import.meta.url))
    circom = await readFile((await compileCircom(main)).wasm)
  })

  it('cannot grow beyond the limit, whatever maximum it names; a smaller one stays', () => {
    const bounded = (bytes: Uint8Array | readonly number[]) => {
      const confined = confine(bytes)
      if (!confined.ok) throw new Error(confined.detail)
      return greatest(confined.wasm)
    }
    expect(bounded(circom)).toBe(PAGES)
    expect(bounded(generator())).toBe(PAGES)
    expect(bounded(generator({ memory: [1, 1, 1, 5] }))).toBe(5)
    expect(bounded(generator({ memory: [1, 1, 1, 0x80, 0x80, 4] }))).toBe(PAGES)
  })

  it('is what it was but for its memory', () => {
    const confined = confine(circom)
    if (!confined.ok) throw new Error(confined.detail)
    const [before, after] = [circom, confined.wasm].map((bytes) => new WebAssembly.Module(Uint8Array.from(bytes)))
    expect(WebAssembly.Module.exports(after!)).toEqual(WebAssembly.Module.exports(before!))
    expect(WebAssembly.Module.imports(after!)).toEqual(WebAssembly.Module.imports(before!))
    expect(confined.wasm.length - circom.length).toBe(2)
  })

  /** Functions of the given groups of locals and bodies, in place of the generator's own. */
  const code = (...functions: readonly (readonly number[])[]) =>
    generator({ sections: { 10: [...unsigned(functions.length), ...functions.flatMap(sized)] } })
  const sized = (body: readonly number[]) => [...unsigned(body.length), ...body]
  const locals = (...counts: readonly number[]) => [
    ...unsigned(counts.length),
    ...counts.flatMap((count) => [...unsigned(count), 0x7f]),
  ]
  // block; local.get 0; br_if 0: the compiler keeps all locals once more for each.
  const blocks = (count: number) => [
    ...Array.from({ length: count }, () => [0x02, 0x40, 0x20, 0, 0x0d, 0]).flat(),
    ...Array<number>(count + 1).fill(0x0b),
  ]
  // The widest type of the generator has three values, which count for every function.
  const most = MAX_LOCALS - 3

  it('is refused at once where its compiler would take gigabytes for locals at every block', () => {
    const bytes = code([...locals(49_000), ...blocks(8_000)])
    expect(bytes.length).toBeLessThan(57_000)
    expect(confine(bytes)).toMatchObject({
      ok: false,
      reject: 'foreign-part',
      detail: expect.stringContaining('locals'),
    })
  })

  it('may have as many locals as are allowed, in any number of groups', () => {
    for (const groups of [[most], [most - 1, 1], [0, 1, 0, most - 1]]) {
      expect(confine(code([...locals(...groups), 0x0b])), String(groups)).toMatchObject({ ok: true })
    }
  })

  const table = (...limits: number[]) => generator({ sections: { 4: [1, 0x70, ...limits] } })
  const million = [0xc0, 0x84, 0x3d]
  it.each([
    ['no bytes', 'malformed', []],
    ['a header alone', 'malformed', HEADER],
    ['another magic number', 'malformed', [1, ...HEADER.slice(1)]],
    ['another version', 'malformed', [...HEADER.slice(0, 4), 2, 0, 0, 0]],
    ['a section longer than the file', 'malformed', [...HEADER, 5, 4, 1, 0, 1]],
    ['a number without an end', 'malformed', [...HEADER, 5, 0x80, 0x80, 0x80, 0x80, 0x80, 0]],
    ['a number above 32 bits', 'malformed', [...HEADER, 5, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['no memory', 'malformed', generator({ sections: { 5: [] } }).subarray(0, 8)],
    ['two memory sections', 'malformed', [...generator(), ...section(5, [1, 0, 1])]],
    ['bytes behind the memory', 'malformed', generator({ memory: [1, 0, 1, 0] })],
    ['a name that is not UTF-8', 'malformed', generator({ imports: [[1, 0xff, 0, 0, 0]] })],
    ['more bytes than allowed', 'oversized', new Uint8Array(MAX_MODULE_BYTES + 1)],
    ['an import of another module', 'foreign-import', generator({ imports: [hostImport('env', 'exceptionHandler')] })],
    ['an import of another name', 'foreign-import', generator({ imports: [hostImport('runtime', 'fetch')] })],
    ['WASI', 'foreign-import', generator({ imports: [hostImport('wasi_snapshot_preview1', 'fd_write')] })],
    ['an imported memory', 'foreign-import', generator({ imports: [hostImport('runtime', 'memory', [2, 0, 1])] })],
    ['an imported table', 'foreign-import', generator({ imports: [hostImport('runtime', 'x', [1, 0x70, 0, 1])] })],
    ['memory above the limit', 'memory', generator({ memory: [1, 0, 0xc9, 1] })],
    ['a table without a maximum', 'memory', table(0, 1)],
    ['a large table', 'memory', table(1, 1, ...million.slice(0, 2), 0x3e)],
    ['two memories', 'foreign-part', generator({ memory: [2, 0, 1, 0, 1] })],
    ['a shared memory', 'foreign-part', generator({ memory: [1, 3, 1, 2] })],
    ['a memory of 64 bits', 'foreign-part', generator({ memory: [1, 4, 1] })],
    ['two tables', 'foreign-part', generator({ sections: { 4: [2, 0x70, 1, 1, 1, 0x70, 1, 1, 1] } })],
    ['a table of host objects', 'foreign-part', generator({ sections: { 4: [1, 0x6f, 1, 1, 1] } })],
    ['a type of structures', 'foreign-part', generator({ sections: { 1: [1, 0x5f, 0] } })],
    ['a function over references', 'foreign-part', generator({ sections: { 1: [1, 0x60, 1, 0x6f, 0] } })],
    ['one local too many', 'foreign-part', code([...locals(most + 1), 0x0b])],
    ['too many locals in two groups', 'foreign-part', code([...locals(most, 1), 0x0b])],
    ['locals beyond 32 bits together', 'foreign-part', code([...locals(0xffffffff, 0xffffffff), 0x0b])],
    [
      'too many parameters',
      'foreign-part',
      generator({ sections: { 1: [1, 0x60, ...unsigned(1_001), ...Array<number>(1_001).fill(0x7f), 0] } }),
    ],
    ['a local of vectors', 'foreign-part', code([1, 1, 0x7b, 0x0b])],
    ['many locals in a long function', 'foreign-part', code([...locals(most), ...Array<number>(68_000).fill(1), 0x0b])],
    [
      'many locals in many functions',
      'foreign-part',
      code(...Array.from({ length: 5 }, () => [...locals(most), ...Array<number>(60_000).fill(1), 0x0b])),
    ],
    ['fewer functions than it counts', 'malformed', generator({ sections: { 10: [2, 2, 0, 0x0b] } })],
    ['bytes behind the functions', 'malformed', generator({ sections: { 10: [1, 2, 0, 0x0b, 0] } })],
    ['a function longer than the code', 'malformed', generator({ sections: { 10: [1, 9, 0, 0x0b] } })],
    ['locals cut short', 'malformed', code([2, 1, 0x7f])],
    ['a number of locals cut short', 'malformed', code([1, 0x80])],
    ['a number of locals without an end', 'malformed', code([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x7f, 0x0b])],
    ['a number of locals above 32 bits', 'malformed', code([1, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7f, 0x0b])],
    ['exceptions', 'foreign-part', [...generator(), ...section(13, [0])]],
  ] as const)('%s: %s', (_, reject, bytes) => {
    expect(confine(bytes)).toMatchObject({ ok: false, reject })
  })

  it('has sections of other tools, up to a number, and is refused before what it holds is kept', () => {
    const custom = (count: number) => Uint8Array.from([...HEADER, ...Array<number>(2 * count).fill(0)])
    const memory = section(5, [1, 1, 1, 5])
    const many = Uint8Array.from([...custom(400), ...memory, ...custom(99).subarray(8)])
    const confined = confine(many)
    expect(confined.ok && confined.wasm).toEqual(many)
    expect(confine([...custom(400), ...memory, ...custom(100).subarray(8)])).toMatchObject({ reject: 'foreign-part' })
    const full = new Uint8Array(MAX_MODULE_BYTES)
    full.set(HEADER)
    expect(confine(full)).toMatchObject({ ok: false, reject: 'foreign-part' })
    const same = hostImport('runtime', 'exceptionHandler')
    expect(confine(generator({ imports: Array(5).fill(same) }))).toMatchObject({ reject: 'foreign-import' })
    const long = generator({ imports: [hostImport('env', 'x'.repeat(100_000))] })
    expect(JSON.stringify(confine(long)).length).toBeLessThan(300)
  })

  it('is judged without a throw, whatever the bytes; what passes stays within the limit', () => {
    const valid = fc.constantFrom(generator(), generator({ memory: [1, 1, 1, 5] }), table(1, 1, 1))
    const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 3 })
    const edited = fc.tuple(valid, edits).map(([bytes, changes]) => {
      const copy = Uint8Array.from(bytes)
      for (const [at, value] of changes) copy[at % copy.length] = value
      return copy
    })
    fc.assert(
      fc.property(fc.oneof(edited, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const confined = confine(bytes)
        if (!confined.ok || !WebAssembly.validate(confined.wasm)) return
        const module = new WebAssembly.Module(confined.wasm)
        const memory = WebAssembly.Module.exports(module).find(({ kind }) => kind === 'memory')
        // One whose edit made it run something at once is for the thread of its own.
        if (memory?.name !== 'memory') return
        expect(greatest(confined.wasm)).toBeLessThanOrEqual(PAGES)
      }),
      { numRuns: 2000 },
    )
  })
})
