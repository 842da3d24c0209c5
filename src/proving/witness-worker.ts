import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { CircuitInput } from './engine.ts'
import { WitnessCalculator } from './witness-calculator.ts'
import type { WitnessReply } from './witness-pool.ts'

const calculator = readFile((workerData as { wasm: string }).wasm).then((wasm) => WitnessCalculator.load(wasm))

parentPort?.on('message', async (input: CircuitInput) => {
  try {
    const witness = (await calculator).calculate(input)
    parentPort?.postMessage({ witness } satisfies WitnessReply, [witness.buffer])
  } catch (error) {
    parentPort?.postMessage({ error: (error as Error).message } satisfies WitnessReply)
  }
})
