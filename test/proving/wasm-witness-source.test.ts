import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CompiledCircuit, WitnessCalculator } from '../../src/proving/index.ts'
import { compileCircom, WasmWitnessSource, type WitnessLimits } from '../../src/proving/io/index.ts'
import { smallCircuit } from '../folding/small-circuit.ts'
import {
  EXCEPTION_HANDLER,
  functionIndex,
  type GeneratorParts,
  generator,
  op,
  PRINT_ERROR_MESSAGE,
} from '../support/wasm-module.ts'

let directory: string
let source: WasmWitnessSource | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-witness-'))
})
afterEach(async () => {
  await source?.close()
  source = undefined
  await rm(directory, { recursive: true })
})

const LIMITS: WitnessLimits = { memoryBytes: 4 << 20, milliseconds: 20_000 }
/** For what has no end. */
const SOON: WitnessLimits = { ...LIMITS, milliseconds: 1_500 }

/** A circuit of seven wires whose generator is the given one. */
async function circuitOf(wasm: Uint8Array): Promise<CompiledCircuit> {
  const circuit = { id: '', r1cs: join(directory, 'r1cs'), wasm: join(directory, 'wasm'), sym: join(directory, 'sym') }
  await writeFile(circuit.r1cs, smallCircuit())
  await writeFile(circuit.wasm, wasm)
  return circuit
}

async function open(parts: GeneratorParts, limits = LIMITS): Promise<WasmWitnessSource> {
  source = await WasmWitnessSource.open(await circuitOf(generator(parts)), limits)
  return source
}

/** Takes one value; runs without end where it is not zero. */
const LOOPS_ON_ONE: GeneratorParts = {
  bodies: {
    getInputSize: op.number(1),
    getInputSignalSize: op.number(1),
    setInputSignal: op.ifInput(op.loopForever),
  },
}

describe('witnesses of any circuit', () => {
  it("are circom's, one after another, whoever asked first", async () => {
    const circuit = await compileCircom(fileURLToPath(new URL('../circuits/mains/is-zero.circom', import.meta.url)))
    const calculator = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
    source = await WasmWitnessSource.open(circuit)
    const inputs = [0n, 1n, -1n, 5n].map((value) => ({ in: value }))
    const made = await Promise.all(inputs.map((input) => source?.witness(input)))
    expect(made).toEqual(inputs.map((input) => calculator.calculate(input)))
  })

  it('are refused for inputs of another shape, and the next ones are computed', async () => {
    const circuit = await compileCircom(fileURLToPath(new URL('../circuits/mains/bits.circom', import.meta.url)))
    source = await WasmWitnessSource.open(circuit)
    for (const [input, message] of [
      [{}, /takes 1 input values, got 0/],
      [{ in: [1, 2] }, /takes 1 values, got 2/],
      [{ in: 1.5 }, /no integer: 1.5/],
      [{ in: '1' }, /no integer: 1/],
      [{ in: 1, __proto__x: 1 }, /input __proto__x takes/],
      [{ in: 2n ** 250n }, /assert failed/],
      [{ in: () => 1 }, /could not be cloned/],
    ] as const) {
      const refused = source.witness(input as never)
      await expect(refused, String(message)).rejects.toMatchObject({
        code: 'E_WITNESS',
        message: expect.stringMatching(message),
      })
    }
    expect(await source.witness({ in: 1 })).toBeInstanceOf(Uint8Array)
  })
})

describe('a hostile generator', () => {
  it.each([
    ['garbage', Uint8Array.of(1, 2, 3), 'E_WITNESS_MODULE', 'malformed'],
    ['a foreign import', generator({ imports: [[1, 0x61, 1, 0x62, 0, 0]] }), 'E_WITNESS_MODULE', '"a.b"'],
    ['more memory than the limit from the start', generator({ memory: [1, 0, 65] }), 'E_WITNESS_MEMORY', 'memory'],
  ] as const)('%s is not run at all', async (_, wasm, code, detail) => {
    const opening = WasmWitnessSource.open(await circuitOf(wasm), LIMITS)
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(detail) })
  })

  it.each([
    { memoryBytes: Number.NaN },
    { memoryBytes: '1' },
    { memoryBytes: Number.POSITIVE_INFINITY },
    { milliseconds: 0 },
    { milliseconds: 2 ** 31 },
    { seconds: 1 },
  ])('is not bounded by %o: refused', async (limits) => {
    const opening = WasmWitnessSource.open(await circuitOf(generator()), limits as never)
    await expect(opening).rejects.toMatchObject({ code: 'E_OPTIONS' })
  })

  it.each([
    ['code that is not valid', { bodies: { init: [0xff] } }, 'E_WITNESS_MODULE'],
    ['a missing function', { leaveOut: 'getWitness' }, 'E_WITNESS_MODULE'],
    ['a witness of another circuit', { wires: 8 }, 'E_WITNESS_MODULE'],
    ['a witness of two thousand million wires', { wires: 2 ** 31 - 1 }, 'E_WITNESS_MODULE'],
    ['another field', { bodies: { getFieldNumLen32: op.number(2) } }, 'E_WITNESS_MODULE'],
    ['a trap', { bodies: { init: op.unreachable } }, 'E_WITNESS_TRAP'],
    ['a trap as it starts', { bodies: { getFieldNumLen32: op.unreachable } }, 'E_WITNESS_TRAP'],
    [
      'a call without end',
      { bodies: { init: [...op.number(1), ...op.call(functionIndex('init'))] } },
      'E_WITNESS_TRAP',
    ],
    ['a witness outside of its memory', { bodies: { getSharedRWMemoryStart: op.number(65_520) } }, 'E_WITNESS_TRAP'],
    ['a lack of memory', { bodies: { init: [...op.number(5), ...op.call(EXCEPTION_HANDLER)] } }, 'E_WITNESS_MEMORY'],
  ] as const)('with %s is told by %s', async (_, parts, code) => {
    const opened = await open(parts)
    await expect(opened.witness({})).rejects.toMatchObject({ code })
    // Again, and by a fresh instance after a trap.
    await expect(opened.witness({})).rejects.toMatchObject({ code })
  })

  it.each([
    ['runs without end', { bodies: { init: op.loopForever } }],
    ['runs without end as it is loaded', { bodies: { getWitnessSize: [...op.loopForever, ...op.unreachable] } }],
    ['talks without end', { bodies: { init: op.call(PRINT_ERROR_MESSAGE), getMessageChar: op.number(65) } }],
  ] as const)('that %s is ended when its time is over', async (_, parts) => {
    const opened = await open(parts, SOON)
    await expect(opened.witness({})).rejects.toMatchObject({ code: 'E_WITNESS_TIME' })
  })

  it('gets no more memory than the limit, however often it asks', async () => {
    const opened = await open({ bodies: { init: op.growToTheEnd } })
    const witness = await opened.witness({})
    expect(new DataView(witness.buffer, witness.byteOffset).getUint32(0, true)).toBe(64)
  })

  it('costs the others one thread: the next request has a new one', async () => {
    const opened = await open(LOOPS_ON_ONE, SOON)
    const endless = opened.witness({ x: 1 })
    const next = opened.witness({ x: 0 })
    await expect(endless).rejects.toMatchObject({ code: 'E_WITNESS_TIME' })
    expect((await next).length).toBe(7 * 32)
  })

  it('ends with the signal of whoever asked', async () => {
    const opened = await open(LOOPS_ON_ONE)
    expect((await opened.witness({ x: 0 })).length).toBe(7 * 32)
    const abort = new AbortController()
    const [running, waiting] = [opened.witness({ x: 1 }, abort.signal), opened.witness({ x: 1 }, abort.signal)]
    const next = opened.witness({ x: 0 })
    abort.abort(new Error('enough'))
    for (const each of [running, waiting]) {
      await expect(each).rejects.toMatchObject({ code: 'E_ABORTED', cause: { message: 'enough' } })
    }
    expect((await next).length).toBe(7 * 32)
  })

  it('ends when the source is closed', async () => {
    const opened = await open(LOOPS_ON_ONE)
    await opened.witness({ x: 0 })
    const running = opened.witness({ x: 1 })
    const refused = expect(running).rejects.toMatchObject({
      code: 'E_WITNESS',
      message: expect.stringContaining('closed'),
    })
    await opened.close()
    await refused
    await expect(opened.witness({ x: 0 })).rejects.toMatchObject({ code: 'E_WITNESS' })
  })
})
