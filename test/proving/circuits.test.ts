import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WitnessCalculator } from '../../src/proving/index.ts'
import { cacheDirectory, compileCircom } from '../../src/proving/io/index.ts'

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
    expect((await compileCircom(main)).hash).not.toBe(first.hash)
    expect(await readdir(join(cacheDirectory(), 'circuits'))).toHaveLength(2)
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
    expect(await readdir(join(cacheDirectory(), 'circuits'))).toEqual([a.hash])
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
