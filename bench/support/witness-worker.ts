import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type CircuitInput, WitnessCalculator } from '../../src/proving/index.ts'

// The worker behind `WasmWitnessSource`: one reused instance of circom's generator.
const port = parentPort
if (port === null) throw new Error('witness-worker.ts runs in a worker thread')
const calculator = await WitnessCalculator.load(new Uint8Array(await readFile(workerData as string)))
port.on('message', (input: CircuitInput) => {
  const witness = calculator.calculate(input)
  port.postMessage(witness, [witness.buffer])
})
