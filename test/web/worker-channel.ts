import { type FromWorker, serveVerifier, type ToWorker } from '../../src/bus/index.ts'
import type { DescribeAttestation, OpenVerifier } from '../../src/bus/worker/serve-verifier.ts'
import type { SnarkVerifier } from '../../src/proving/index.ts'

/** Both ends of a worker's message channel in one thread; messages are cloned as between threads. */
export function channel(open: OpenVerifier, describe?: DescribeAttestation) {
  const { port1, port2 } = new MessageChannel()
  let ended = false
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
    describe,
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
    terminate: () => {
      ended = true
      port1.close()
    },
    terminated: () => ended,
    crash: () => onError.forEach((listener) => void listener({ message: 'out of memory' })),
  }
}

/** Enough of a verifier to refuse what is no proof. */
export const verifier: SnarkVerifier = {
  keyId: 'ab',
  circuitId: 'cd',
  setup: 'insecure-dev',
  arity: 10,
  verify: () => Promise.reject(new Error('not reached')),
  poseidon: (_tag, inputs) => new Uint8Array(inputs.length / 3),
}

export const request = { proof: new TextEncoder().encode('no proof at all'), network: 'regtest', now: 0 } as const
