import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CompiledOnce, CompiledTransactions } from '../../src/compute/io/open-program.ts'
import { runCircuit } from '../../src/compute/io/run-circuit.ts'
import { runPayments } from '../../src/compute/io/run-transactions.ts'
import { FrameReader, frame } from '../../src/compute/io/sandbox/frames.ts'
import { SandboxedWitnesses, type SandboxLimits } from '../../src/compute/io/sandbox/sandboxed-witnesses.ts'
import { WitnessProcess } from '../../src/compute/io/sandbox/witness-process.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { packageRoot } from '../../src/lib/io/index.ts'
import type { CompiledCircuit, WitnessSource } from '../../src/proving/index.ts'
import { compileCircom, WasmWitnessSource } from '../../src/proving/io/index.ts'
import { smallCircuit } from '../folding/small-circuit.ts'
import { EXCEPTION_HANDLER, type GeneratorParts, generator, hostImport, op } from '../support/wasm-module.ts'

let directory: string
const closing: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-sandbox-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0)) await close()
  await rm(directory, { recursive: true })
})

const LIMITS: SandboxLimits = { memoryBytes: 4 << 20, milliseconds: 20_000 }
const SOON: SandboxLimits = { ...LIMITS, milliseconds: 1_500 }

/** A circuit of seven wires whose generator is the given one. */
async function circuitOf(wasm: Uint8Array): Promise<CompiledCircuit> {
  const circuit = { id: '', r1cs: join(directory, 'r1cs'), wasm: join(directory, 'wasm'), sym: join(directory, 'sym') }
  await writeFile(circuit.r1cs, smallCircuit())
  await writeFile(circuit.wasm, wasm)
  return circuit
}

async function open(parts: GeneratorParts, limits = LIMITS): Promise<SandboxedWitnesses> {
  return kept(await SandboxedWitnesses.open(await circuitOf(generator(parts)), limits))
}

function kept<Source extends WitnessSource>(source: Source): Source {
  closing.push(() => source.close())
  return source
}

describe('witnesses of strangers’ circuits', () => {
  it.each([
    ['test/circuits/mains/is-zero.circom', [0n, 1n, -1n, 5n].map((value) => ({ in: value }))],
    ['graphs/digits/digits.circom', [{ pixel: Array.from({ length: 784 }, (_, i) => i % 256) }]],
  ])('of %s are byte for byte those of the thread', async (path, inputs) => {
    const circuit = await compileCircom(join(packageRoot(), path))
    const [thread, sandbox] = [
      kept(await WasmWitnessSource.open(circuit)),
      kept(await SandboxedWitnesses.open(circuit)),
    ]
    for (const input of inputs) expect(await sandbox.witness(input)).toEqual(await thread.witness(input))
  })

  it('are refused for inputs of another shape, and the next ones are computed', async () => {
    const circuit = await compileCircom(fileURLToPath(new URL('../circuits/mains/bits.circom', import.meta.url)))
    const source = kept(await SandboxedWitnesses.open(circuit))
    for (const input of [{}, { in: [1, 2] }, { in: 1.5 }, { in: '1' }, { in: 2n ** 250n }, { in: () => 1 }]) {
      await expect(source.witness(input as never)).rejects.toMatchObject({ code: 'E_WITNESS' })
    }
    expect(await source.witness({ in: 1 })).toBeInstanceOf(Uint8Array)
  })
})

describe('a graph', () => {
  const leaf = [1n, 2n, 3n] as const
  const header = { leaf, climb: [{ place: 0, list: false, siblings: [0n, 0n] }] } as const
  const transaction = { height: 1, index: 0, bytes: new Uint8Array(61), branch: [] }
  const payments = {
    ...{ history: 5n, script: Uint8Array.of(0x51), from: 1, placed: [{ transaction, header }] },
    poseidon: () => 7n,
  }
  const manifest = { program: { arguments: [], outputs: [] } }
  const runs = {
    circuit: (graph: object) => runCircuit({ kind: 'circuit', manifest, ...graph } as unknown as CompiledOnce, {}),
    transactions: (graph: object) =>
      runPayments({ kind: 'transactions', ...graph } as unknown as CompiledTransactions, payments),
  }

  it.each(['circuit', 'transactions'] as const)(
    'of kind %s runs in a process where it came in a bundle',
    async (kind) => {
      const circuit = await circuitOf(generator({ bodies: { init: op.unreachable } }))
      const [sandbox, thread] = [vi.spyOn(SandboxedWitnesses, 'open'), vi.spyOn(WasmWitnessSource, 'open')]
      const bundled = { packages: directory, setup: directory }
      await expect(runs[kind]({ circuit, bundled })).rejects.toMatchObject({
        code: expect.stringMatching(/^E_WITNESS/),
      })
      expect([sandbox.mock.calls.length, thread.mock.calls.length]).toEqual([1, 0])
      await expect(runs[kind]({ circuit })).rejects.toMatchObject({ code: expect.stringMatching(/^E_WITNESS/) })
      expect([sandbox.mock.calls.length, thread.mock.calls.length]).toEqual([1, 1])
    },
  )
})

describe('a hostile generator', () => {
  it.each([
    ['garbage', Uint8Array.of(1, 2, 3), 'E_WITNESS_MODULE'],
    [
      'an import of files',
      generator({ imports: [hostImport('wasi_snapshot_preview1', 'path_open')] }),
      'E_WITNESS_MODULE',
    ],
    [
      'an import of sockets',
      generator({ imports: [hostImport('wasi_snapshot_preview1', 'sock_send')] }),
      'E_WITNESS_MODULE',
    ],
    [
      'an import of the environment',
      generator({ imports: [hostImport('wasi_snapshot_preview1', 'environ_get')] }),
      'E_WITNESS_MODULE',
    ],
    ['a memory of threads', generator({ memory: [1, 3, 1, 2] }), 'E_WITNESS_MODULE'],
    ['8 GB from the start', generator({ memory: [1, 0, 0x80, 0x80, 8] }), 'E_WITNESS_MEMORY'],
  ] as const)('with %s is not run at all', async (_, wasm, code) => {
    await expect(SandboxedWitnesses.open(await circuitOf(wasm), LIMITS)).rejects.toMatchObject({ code })
  })

  it.each([
    ['code that is not valid', { bodies: { init: [0xff] } }, 'E_WITNESS_MODULE'],
    ['a trap', { bodies: { init: op.unreachable } }, 'E_WITNESS_TRAP'],
    ['a lack of memory', { bodies: { init: [...op.number(5), ...op.call(EXCEPTION_HANDLER)] } }, 'E_WITNESS_MEMORY'],
  ] as const)('with %s is told', async (_, parts, code) => {
    const source = await open(parts)
    await expect(source.witness({})).rejects.toMatchObject({ code })
  })

  it.each([
    ['runs without end', { bodies: { init: op.loopForever } }],
    ['runs without end as it is loaded', { bodies: { getWitnessSize: [...op.loopForever, ...op.unreachable] } }],
  ] as const)('that %s is ended when its time is over', async (_, parts) => {
    const source = await open(parts, SOON)
    await expect(source.witness({})).rejects.toMatchObject({ code: 'E_WITNESS_TIME' })
  })

  it('gets no more memory than the limit, however often it asks', async () => {
    const source = await open({ bodies: { init: op.growToTheEnd } })
    const witness = await source.witness({})
    expect(new DataView(witness.buffer, witness.byteOffset).getUint32(0, true)).toBe(64)
  })

  it('costs the others one process: the next request has a new one; a signal ends it, and the end of the source', async () => {
    const bodies = {
      getInputSize: op.number(1),
      getInputSignalSize: op.number(1),
      setInputSignal: op.ifInput(op.loopForever),
    }
    const source = await open({ bodies })
    const abort = new AbortController()
    const running = source.witness({ x: 1 }, abort.signal)
    const next = source.witness({ x: 0 })
    abort.abort()
    await expect(running).rejects.toMatchObject({ code: 'E_ABORTED' })
    expect((await next).length).toBe(7 * 32)
    const endless = source.witness({ x: 1 }).catch((error: unknown) => error)
    await source.close()
    expect(await endless).toMatchObject({ code: expect.stringMatching(/^E_WITNESS/) })
    await expect(source.witness({ x: 0 })).rejects.toMatchObject({ code: 'E_WITNESS' })
  })
})

describe('whoever gets out of WebAssembly', () => {
  const entry = fileURLToPath(new URL('./hostile-program.ts', import.meta.url))
  const start = async (...args: readonly string[]) => {
    const wasm = generator()
    const options = { entry, args, wasm, wires: 7, memoryBytes: 4 << 20 }
    const process = await WitnessProcess.start(options)
    closing.push(() => process.end())
    return process
  }

  it('has no files, environment, sockets, processes, threads, addons, and no 8 GB', async () => {
    const secret = join(directory, 'secret')
    await writeFile(secret, 'key')
    let connections = 0
    const server = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(async () => server.close())
    const { port } = server.address() as { readonly port: number }
    const process = await start('try', secret, String(port))
    const error = (await process.witness(new Uint8Array(), 60_000).catch((thrown: unknown) => thrown)) as Error
    const found = Object.fromEntries(error.message.split('\n').map((line) => line.split(': ') as [string, string]))
    const denied = 'ERR_ACCESS_DENIED'
    expect(found).toMatchObject({
      ...{ environment: 'got {}', read: denied, passwords: denied, parent: denied, write: denied, open: 'EMFILE' },
      ...{ spawn: denied, thread: denied, addon: 'ERR_DLOPEN_DISABLED' },
      memory: 'Array buffer allocation failed',
    })
    for (const name of ['tcp', 'listen', 'udp', 'fetch'])
      expect(found[name], name).toMatch(/^(EMFILE|ERR_ACCESS_DENIED)$/)
    expect(connections).toBe(0)
    await expect(readFile(`${secret}.new`)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each(['lengths', 'nonsense', 'exit', 'chatter'])('is not believed (%s), and ended', async (doing) => {
    const process = await start(doing)
    await expect(process.witness(new Uint8Array(), 20_000)).rejects.toMatchObject({ code: 'E_WITNESS_TRAP' })
    await expect.poll(() => process.isOver).toBe(true)
  })
})

describe('messages over a pipe', () => {
  it('come out as they went in, however the pipe cuts them', () => {
    const messages = [0, 1, 5, 300].map((length) => new Uint8Array(length).fill(length))
    const all = concatBytes(...messages.map(frame))
    for (const size of [1, 3, 7, all.length]) {
      const reader = new FrameReader(300)
      const read: Uint8Array[] = []
      for (let at = 0; at < all.length; at += size) read.push(...reader.push(all.subarray(at, at + size)))
      expect(read).toEqual(messages)
    }
    expect(() => new FrameReader(299).push(all)).toThrow(RangeError)
  })
})
