import { parentPort, workerData } from 'node:worker_threads'
import { errorCode } from '../../lib/index.ts'
import { WitnessCalculator } from '../witness-calculator.ts'
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './witness-messages.ts'

// The thread behind `WasmWitnessSource`: one generator, loaded with the first request, so that whoever asks hears what is
// wrong with it. What is no error of the generator ends the thread.
const port = parentPort
if (port === null) throw new Error('this file runs in a worker thread')
const { wasm, wires } = workerData as WorkerStart
let calculator: Promise<WitnessCalculator> | undefined

port.on('message', async (input: WorkerRequest) => {
  try {
    calculator ??= WitnessCalculator.load(wasm, { wires })
    const witness = (await calculator).calculate(input)
    port.postMessage({ witness } satisfies WorkerAnswer, [witness.buffer])
  } catch (error) {
    const code = errorCode(error)
    if (code === undefined) throw error
    port.postMessage({ code, message: (error as Error).message } satisfies WorkerAnswer)
  }
})
