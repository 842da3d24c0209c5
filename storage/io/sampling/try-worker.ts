import { parentPort } from 'node:worker_threads'
import { asError } from '../../../src/lib/index.ts'
import { openTries } from '../../../src/proving/io/index.ts'
import { TryBatch } from '../../sampling/try-batch.ts'
import type { TryAnswer, TryRequest } from './try-messages.ts'

// The thread behind `TryThread`: half a million tries a block are hashed and summed up here, off the event loop.
const port = parentPort
if (port === null) throw new Error('this file runs in a worker thread')
const kernel = openTries()
let batch: TryBatch | null = null

function answer(request: TryRequest): TryAnswer {
  if ('challenge' in request) {
    batch = new TryBatch(kernel, request.challenge, request.from, request.count)
    return { units: batch.firstUnits() }
  }
  if (batch === null) throw new Error('no batch was begun')
  return 'first' in request ? { units: batch.secondUnits(request.first) } : { tickets: batch.tickets(request.second) }
}

port.on('message', (request: TryRequest) => {
  try {
    port.postMessage(answer(request))
  } catch (error) {
    port.postMessage({ failed: asError(error).message } satisfies TryAnswer)
  }
})
