import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import type { OpenVerifier } from '../../src/bus/pure.ts'
import { type SessionState, startSession } from '../../src/web/session.ts'
import { channel, request, verifier } from './worker-channel.ts'

/** A session whose workers are given one after another, and the states it goes through. */
function session(open: OpenVerifier = async () => verifier) {
  const workers: ReturnType<typeof channel>[] = []
  const states: SessionState[] = []
  let changed = () => {}
  const running = startSession({
    wasm: new Uint8Array(1),
    key: new Uint8Array(1),
    newWorker: () => {
      const worker = channel(open)
      workers.push(worker)
      return worker as unknown as Worker
    },
    onState: (state) => {
      states.push(state)
      changed()
    },
  })
  /** The next state of this kind, from now on. */
  const next = (kind: SessionState['kind']) => {
    const from = states.length
    return new Promise<SessionState>((resolve) => {
      changed = () => {
        const found = states.slice(from).find((state) => state.kind === kind)
        if (found !== undefined) resolve(found)
      }
    })
  }
  return { ...running, workers, next }
}

it('judges the next question in a new worker after the worker has died, idle or at work', async () => {
  const { ask, cancel, next, workers } = session()
  await next('ready')
  workers[0]?.crash()
  const first = next('judged')
  ask(request)
  await first
  expect(workers.length).toBe(2)

  const failed = next('failed')
  ask(request)
  workers[1]?.crash()
  expect(await failed).toMatchObject({ error: { code: 'E_WORKER' } })
  const second = next('judged')
  ask(request)
  await second
  expect(workers.map(({ terminated }) => terminated())).toEqual([true, true, false])
  const ready = next('ready')
  cancel()
  await ready
  workers.at(-1)?.terminate()
})

it('ends a worker that reports a failure of its own, and starts another for the next question', async () => {
  const poseidon = () => {
    throw new Error('unreachable executed')
  }
  const { ask, next, workers } = session(async () => ({ ...verifier, poseidon }))
  await next('ready')
  const failed = next('failed')
  ask({ ...request, network: 'mainnet', proof: await readFile('test/vectors/mainnet-height-10.proof') })
  expect(await failed).toMatchObject({ error: { code: 'E_WORKER' } })
  expect(workers[0]?.terminated()).toBe(true)
  const judged = next('judged')
  ask(request)
  await judged
  expect(workers.length).toBe(2)
  workers[1]?.terminate()
})

it('shows no verdict once nothing is asked', async () => {
  const { ask, next, workers } = session()
  await next('ready')
  const judged = next('judged')
  ask(request)
  await judged
  const ready = next('ready')
  ask(undefined)
  await ready
  workers[0]?.terminate()
})
