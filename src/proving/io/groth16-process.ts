import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { orAborted, WscError } from '../../lib/index.ts'
import type { Groth16Answer, Groth16Request, Groth16Stage } from './groth16-messages.ts'

/** The package holds JavaScript, the clone TypeScript. */
const CHILD = fileURLToPath(new URL(`./groth16-child${extname(fileURLToPath(import.meta.url))}`, import.meta.url))

type Done = Exclude<Groth16Answer, { readonly failed: string }>

/** One question by a process of its own, which ends with the answer. */
export async function askOnce<Kind extends Done['done']>(
  request: Groth16Request,
  done: Kind,
  signal?: AbortSignal,
): Promise<Extract<Done, { readonly done: Kind }>> {
  const snarkjs = new Groth16Process()
  const answer = await snarkjs.ask(request, signal).finally(() => snarkjs.close())
  if (answer.done !== done) throw new Error('an answer to another question')
  return answer as Extract<Done, { readonly done: Kind }>
}

/** A process that runs snarkjs, begun when it is asked first; one question at a time. Idle, it keeps nobody alive. */
export class Groth16Process {
  #child: ChildProcess | null = null
  #queue: Promise<unknown> = Promise.resolve()

  /** Throws an error with the failure's code, or what the signal says; then the process is another one. */
  async ask(request: Groth16Request, signal?: AbortSignal, onStage?: (stage: string) => void): Promise<Done> {
    signal?.throwIfAborted()
    const asked = this.#queue.then(() => this.#ask(request, signal, onStage))
    this.#queue = asked.catch(() => undefined)
    // Who waits for its turn hears the signal too.
    const answer = await orAborted(asked, signal)
    if ('failed' in answer) throw new WscError(answer.failed, answer.detail)
    return answer
  }

  async #ask(
    request: Groth16Request,
    signal: AbortSignal | undefined,
    onStage: (stage: string) => void = () => undefined,
  ): Promise<Groth16Answer> {
    signal?.throwIfAborted()
    const child = this.#child ?? this.#begin()
    const { promise, resolve, reject } = Promise.withResolvers<Groth16Answer>()
    const onMessage = (message: Groth16Answer | Groth16Stage) => {
      if (!('stage' in message)) resolve(message)
      else {
        try {
          onStage(message.stage)
        } catch {
          // Of whoever listens, not of the proof.
        }
      }
    }
    const onEnd = (code: number | null, signal: string | null) =>
      resolve({ failed: 'E_INTERNAL', detail: `the process of snarkjs ended (${signal ?? `exit ${code}`})` })
    const onError = (error: Error) =>
      resolve({ failed: 'E_INTERNAL', detail: `no process for snarkjs: ${error.message}` })
    const onAbort = () => reject(signal?.reason)
    child.on('message', onMessage).on('exit', onEnd).on('error', onError)
    signal?.addEventListener('abort', onAbort)
    hold(child, true)
    try {
      child.send(request)
      const answer = await promise
      if ('failed' in answer && answer.failed === 'E_INTERNAL') this.#end(child)
      return answer
    } catch (error) {
      this.#end(child)
      throw error
    } finally {
      hold(child, false)
      child.off('message', onMessage).off('exit', onEnd).off('error', onError)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Ends the process; what is asked after that has another one. */
  close(): void {
    if (this.#child !== null) this.#end(this.#child)
  }

  #begin(): ChildProcess {
    const child = begin()
    this.#child = child
    // It may end while nothing is asked: killed, or without memory.
    const gone = () => {
      if (this.#child === child) this.#child = null
    }
    child.on('exit', gone).on('error', gone)
    return child
  }

  #end(child: ChildProcess): void {
    this.#child = null
    child.kill('SIGKILL')
  }
}

/** It is given no secret: its environment is empty. */
function begin(): ChildProcess {
  return fork(CHILD, [], {
    serialization: 'advanced',
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

function hold(child: ChildProcess, isHeld: boolean): void {
  if (isHeld) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}
