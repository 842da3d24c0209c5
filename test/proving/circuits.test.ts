import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../src/lib/io/index.ts'
import { projectCircuits } from '../../src/node/index.ts'
import { type CircuitDeclaration, WitnessCalculator } from '../../src/proving/index.ts'
import { compilerText } from '../../src/proving/io/compiler-text.ts'
import { cacheDirectory, circuitRegistry, compileCircom, WasmWitnessSource } from '../../src/proving/io/index.ts'

const SQUARE = `pragma circom 2.1.6;
include "part.circom";
template Square() { signal input x; signal output y; y <== x * x + offset(); }
component main = Square();
`
const PART = (offset: number) => `pragma circom 2.1.6;\nfunction offset() { return ${offset}; }\n`

describe('compiling circuits', () => {
  let directory: string
  let cache: string | undefined
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wsc-circuits-'))
    cache = process.env.XDG_CACHE_HOME
    process.env.XDG_CACHE_HOME = join(directory, 'cache')
    await writeFile(join(directory, 'main.circom'), SQUARE)
    await writeFile(join(directory, 'part.circom'), PART(1))
  })
  afterEach(async () => {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
    await rm(directory, { recursive: true })
  })

  it('keeps what it compiled under the hash of all sources', async () => {
    const main = join(directory, 'main.circom')
    const first = await compileCircom(main)
    expect(await compileCircom(main)).toEqual(first)
    const calculator = await WitnessCalculator.load(new Uint8Array(await readFile(first.wasm)))
    expect(calculator.calculate({ x: 7n })[32]).toBe(50)

    await writeFile(join(directory, 'part.circom'), PART(2))
    expect((await compileCircom(main)).id).not.toBe(first.id)
    expect(await readdir(join(cacheDirectory(), 'circuits'))).toHaveLength(2)
  })

  it('gives a circuit the same id in every folder, and another one where a file has another name', async () => {
    const { id } = await compileCircom(join(directory, 'main.circom'))
    const elsewhere = join(directory, 'else', 'where')
    await mkdir(elsewhere, { recursive: true })
    for (const name of ['main.circom', 'part.circom']) await cp(join(directory, name), join(elsewhere, name))
    expect((await compileCircom(join(elsewhere, 'main.circom'))).id).toBe(id)
    expect((await compileCircom(relative(process.cwd(), join(elsewhere, 'main.circom')))).id).toBe(id)
    await rename(join(elsewhere, 'part.circom'), join(elsewhere, 'other.circom'))
    await writeFile(join(elsewhere, 'main.circom'), SQUARE.replace('part.circom', 'other.circom'))
    expect((await compileCircom(join(elsewhere, 'main.circom'))).id).not.toBe(id)
  })

  it('ends a compiler that takes too long, and compiles once it may', async () => {
    const main = join(directory, 'main.circom')
    await expect(compileCircom(main, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'E_CIRCUIT',
      message: 'main.circom does not compile: the compiler took more than 0.001 s; is the machine busy?',
    })
    await expect(compileCircom(main)).resolves.toMatchObject({ id: expect.any(String) })
  })

  it('tells what the compiler said first, whatever a source made it say', () => {
    const source = { name: 'main.circom', of: 'library', text: '' } as const
    const told = (stderr: string) => compilerText({ stderr }, [source])
    expect(told('error: x  \n  \u001b[1m┌─ "own/main.circom":3:21\u001b[0m\t\n3 │ y \n')).toBe(
      'error: x\n  ┌─ main.circom:3:21\n3 │ y',
    )
    expect(told(`${' '.repeat(20_000)}x\n`.repeat(300)).length).toBeLessThan(40_000)
    expect(told(`${' '.repeat(4_000_000)}x`).length).toBeLessThan(40_000)
    expect(told(`error\n${'"own/'.repeat(2_000_000)}`)).toMatch(/^error\n[\s\S]*…$/)
  })

  it('takes includes above the main file, of packages, and of this package, wherever it lies', async () => {
    const below = join(directory, 'a', 'b')
    await mkdir(below, { recursive: true })
    const source = (include: string, body: string) =>
      `pragma circom 2.1.6;\n/* include "gone.circom"; */ include "${include}"; // include "gone.circom"\n${body}`
    const text = source('../../part.circom', SQUARE.split('\n').slice(2).join('\n'))
    await writeFile(join(below, 'main.circom'), text)
    await compileCircom(join(below, 'main.circom'))
    for (const [include, body] of [
      ['circomlib/circuits/comparators.circom', 'component main = IsZero();'],
      ['wsc-bitcoin/circuits/lib/range.circom', 'component main = Bits(8);'],
    ] as const) {
      await writeFile(join(below, 'main.circom'), source(include, body))
      await compileCircom(join(below, 'main.circom'))
    }
  })

  it("says the compiler's errors with file and line, without paths of the machine or colours", async () => {
    const below = join(directory, 'a')
    await mkdir(below)
    await writeFile(join(directory, 'part.circom'), 'pragma circom 2.1.6;\n\nfunction offset() { return ; }\n')
    await writeFile(join(below, 'main.circom'), SQUARE.replace('part.circom', '../part.circom'))
    const messages = await Promise.all(
      [join(below, 'main.circom'), join(directory, 'main.circom')].map(async (main) => {
        const error = await compileCircom(main).catch((reason: Error) => reason)
        return (error as Error).message
      }),
    )
    expect(messages[0]).toMatch(/^main\.circom does not compile: error\[P1012\]: illegal expression/)
    expect(messages[0]).toContain('─ ../part.circom:3:21')
    expect(messages[1]).toContain('─ part.circom:3:21')
    for (const message of messages) {
      expect(message).not.toContain(directory)
      expect(message).not.toContain('\u001b')
      expect(message).not.toContain('own/')
    }
  })

  it('refuses what is of one machine, has no end, or is no file', async () => {
    const refused = async (include: string, message: RegExp) => {
      await writeFile(join(directory, 'main.circom'), SQUARE.replace('part.circom', include))
      await expect(compileCircom(join(directory, 'main.circom'))).rejects.toMatchObject({
        code: 'E_CIRCUIT',
        message: expect.stringMatching(message),
      })
    }
    await refused(join(directory, 'part.circom'), /absolute path/)
    await refused('./', /no regular file/)
    await truncate(join(directory, 'part.circom'), 9 << 20)
    await refused('part.circom', /more than \d+ bytes/)
    await refused('circomlib/../../circomlib/x.circom', /no such file/)
  })

  it('ends with its signal', async () => {
    const reason = new Error('enough')
    const compiling = compileCircom(join(directory, 'main.circom'), { signal: AbortSignal.abort(reason) })
    await expect(compiling).rejects.toMatchObject({ code: 'E_ABORTED', cause: reason })
    expect(await readdir(join(cacheDirectory(), 'circuits'))).toEqual([])
  })

  it("passes on the compiler's message and leaves nothing behind", async () => {
    await writeFile(join(directory, 'part.circom'), 'pragma circom 2.1.6;\nfunction offset() { return ; }\n')
    await expect(compileCircom(join(directory, 'main.circom'))).rejects.toMatchObject({
      code: 'E_CIRCUIT',
      message: expect.stringContaining('part.circom'),
    })
    expect(await readdir(join(cacheDirectory(), 'circuits'))).toEqual([])
  })

  it('names a source that is missing', async () => {
    await rm(join(directory, 'part.circom'))
    await expect(compileCircom(join(directory, 'main.circom'))).rejects.toMatchObject({
      code: 'E_CIRCUIT',
      message: expect.stringContaining('part.circom'),
    })
  })

  it('of two at once both get a whole result', async () => {
    const main = join(directory, 'main.circom')
    const [a, b] = await Promise.all([compileCircom(main), compileCircom(main)])
    expect(a).toEqual(b)
    expect(await readdir(join(cacheDirectory(), 'circuits'))).toEqual([a.id])
  })
})

describe('a registry of circuits', () => {
  const declare = (name: string): CircuitDeclaration => ({
    name,
    source: `${name}/main.circom`,
    kind: 'one-shot',
    openWitnesses: (circuit) => WasmWitnessSource.open(circuit),
  })

  it('finds what the parts declared, and names what there is', () => {
    const circuits = circuitRegistry([declare('a')], [declare('b'), declare('c')])
    expect(circuits.all.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(circuits.find('b')).toMatchObject({ name: 'b', source: 'b/main.circom' })
    for (const name of ['d', 'toString', '__proto__']) {
      expect(() => circuits.find(name)).toThrow(`no circuit is called ${name}; there are a, b, c`)
    }
  })

  it('refuses two circuits of one name', () => {
    expect(() => circuitRegistry([declare('a')], [declare('b'), declare('a')])).toThrow('two circuits are called a')
  })

  it('holds every circuit of the project, each with its main file', async () => {
    const { all } = projectCircuits()
    expect(all.map(({ name }) => name)).toContain('bus')
    for (const { source } of all) expect(existsSync(join(packageRoot(), 'circuits', source))).toBe(true)
  })
})

describe('the witness calculator', () => {
  it('names what is wrong with the inputs', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wsc-circuits-'))
    await writeFile(
      join(directory, 'main.circom'),
      'pragma circom 2.1.6;\ntemplate T() { signal input x[2]; signal output y; y <== x[0] * x[1]; x[0] === 3; }\ncomponent main = T();\n',
    )
    const { wasm } = await compileCircom(join(directory, 'main.circom'))
    await rm(directory, { recursive: true })
    const calculator = await WitnessCalculator.load(new Uint8Array(await readFile(wasm)))
    expect(calculator.calculate({ x: [3, 5] })[32]).toBe(15)
    for (const [input, message] of [
      [{ x: [3] }, /takes 2 values, got 1/],
      [{ x: [3, 5], z: 1 }, /input z/],
      [{}, /takes 2 input values, got 0/],
      [{ x: [4, 5] }, /assert/i],
    ] as const) {
      expect(() => calculator.calculate(input)).toThrow(message)
    }
    // A refused input leaves the instance usable.
    expect(calculator.calculate({ x: [3, -1] }).subarray(32, 64)).toEqual(
      Uint8Array.from({ length: 32 }, (_, i) => Number(((FIELD - 3n) >> BigInt(8 * i)) & 255n)),
    )
  })
})

const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n
