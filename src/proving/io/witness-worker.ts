import { parentPort } from 'node:worker_threads'
import { errorCode } from '../../lib/index.ts'
import { WitnessCalculator } from '../witness-calculator.ts'
import type { WorkerAnswer, WorkerRequest } from './witness-messages.ts'

// The thread behind `WitnessThread`: the generator that the last request was for, loaded with the first one of it, so that
// whoever asks hears what is wrong with it. What is no error of the generator ends the thread.
const port = parentPort
if (port === null) throw new Error('this file runs in a worker thread')
let calculator: Promise<WitnessCalculator> | undefined

port.on('message', async ({ generator, input }: WorkerRequest) => {
  try {
    if (generator !== undefined) calculator = WitnessCalculator.load(generator.wasm, { wires: generator.wires })
    if (calculator === undefined) throw new Error('no generator was given')
    const witness = (await calculator).calculate(input)
    port.postMessage({ witness } satisfies WorkerAnswer, [witness.buffer])
  } catch (error) {
    const code = errorCode(error)
    if (code === undefined) throw error
    port.postMessage({ code, message: (error as Error).message } satisfies WorkerAnswer)
  }
})
