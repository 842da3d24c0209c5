import { afterEach, describe, expect, it } from 'vitest'
import {
  type FromWorker,
  type OpenVerifier,
  serveVerifier,
  startVerifier,
  type ToWorker,
  type WorkerVerifier,
} from '../../src/bus/pure.ts'
import type { SnarkVerifier } from '../../src/proving/index.ts'

/** Both ends of a worker's message channel in one thread; messages are cloned as between threads. */
function channel(open: OpenVerifier) {
  const { port1, port2 } = new MessageChannel()
  const onError = new Set<(event: { readonly message?: string }) => void>()
  serveVerifier(
    {
      postMessage: (message: FromWorker) => port2.postMessage(message),
      addEventListener: (_type, listener) => {
        port2.addEventListener('message', (event) => listener(event as unknown as { data: ToWorker }))
        port2.start()
      },
    },
    open,
  )
  return {
    postMessage: (message: ToWorker) => port1.postMessage(message),
    addEventListener: (type: string, listener: (event: never) => void) => {
      if (type !== 'message') onError.add(listener as (event: { readonly message?: string }) => void)
      else {
        port1.addEventListener('message', (event) => listener(event as never))
        port1.start()
      }
    },
    terminate: () => port1.close(),
    crash: () => onError.forEach((listener) => void listener({ message: 'out of memory' })),
  }
}

const files = { wasm: new Uint8Array(1), key: new Uint8Array(1) }
const request = { proof: new TextEncoder().encode('no proof at all'), network: 'regtest', now: 0 } as const
const verifier: SnarkVerifier = {
  keyId: 'ab',
  setup: 'insecure-dev',
  arity: 10,
  verify: () => Promise.reject(new Error('not reached')),
  poseidon: (_tag, inputs) => new Uint8Array(inputs.length / 3),
}

let running: WorkerVerifier | undefined
afterEach(() => running?.close())
const start = (worker: ReturnType<typeof channel>) => {
  running = startVerifier(worker, { files })
  return running
}

describe('verifying in a worker', () => {
  it('loads once, then judges one request after another', async () => {
    let opened = 0
    const client = start(
      channel(async () => {
        opened++
        return verifier
      }),
    )
    expect(await client.loaded).toMatchObject({ keyId: 'ab', setup: 'insecure-dev' })
    const answers = await Promise.all([client.verify(request), client.verify(request)])
    expect(answers.map(({ result }) => result.reason)).toEqual(['not-a-proof', 'not-a-proof'])
    expect(opened).toBe(1)
  })

  it('tells an unusable network and an unusable anchor from a bad proof', async () => {
    const client = start(channel(async () => verifier))
    await expect(client.verify({ ...request, network: { custom: '{}' } })).rejects.toMatchObject({ code: 'E_PARAMS' })
    await expect(client.verify({ ...request, network: { custom: '' } })).rejects.toThrow('no parameter file was given')
    await expect(client.verify({ ...request, anchor: 'x' })).rejects.toMatchObject({ code: 'E_ANCHOR' })
    expect((await client.verify(request)).result.valid).toBe(false)
  })

  it('fails for good when the key cannot be read, and says so to whoever asks later', async () => {
    const client = start(channel(() => Promise.reject(Object.assign(new Error('bad key'), { code: 'E_KEY' }))))
    await expect(client.loaded).rejects.toMatchObject({ code: 'E_KEY', message: 'bad key' })
    await expect(client.verify(request)).rejects.toMatchObject({ code: 'E_KEY' })
  })

  it('rejects what waits when it is aborted, closed, or the worker dies', async () => {
    const never: OpenVerifier = () => new Promise(() => undefined)
    const abort = new AbortController()
    const aborted = start(channel(never)).verify(request, { signal: abort.signal })
    abort.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'E_ABORTED' })

    const client = start(channel(never))
    const closed = client.verify(request)
    client.close()
    await expect(closed).rejects.toMatchObject({ code: 'E_ABORTED' })

    const worker = channel(never)
    const dead = start(worker).verify(request)
    worker.crash()
    await expect(dead).rejects.toMatchObject({ code: 'E_WORKER', message: 'the worker failed: out of memory' })
  })
})
