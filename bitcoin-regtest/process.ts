import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { BitcoindFailedError } from './errors.ts'

/** Core prints this when everything is up (init.cpp, AppInitMain). */
const READY = 'Done loading'
/** Core's words when another process took the port first (httpserver.cpp, net.cpp). */
const PORT_TAKEN = /Unable to bind|Failed to listen|Address already in use/
const LAST_LINES = 12
const STOP_MS = 60_000

/** A port nobody listens on now; somebody may take it before bitcoind does, hence `portTaken` below. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}

export class PortTakenError extends BitcoindFailedError {}

/** One run of bitcoind, from its start until it is ready to its exit. */
export class BitcoindProcess {
  readonly pid: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child
    this.pid = pid
  }

  /** Calls back at once where the process is gone already. */
  onExit(callback: () => void): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) callback()
    else this.#child.once('exit', callback)
  }

  /** Resolves when the node says that it has loaded; its own word, not a guess by time. */
  static start(path: string, args: readonly string[], onSpawn: (pid: number) => void, signal?: AbortSignal) {
    return new Promise<BitcoindProcess>((resolve, reject) => {
      const child = spawn(path, [...args, '-printtoconsole=1', '-nodebuglogfile'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const lines: string[] = []
      const onAbort = () => child.kill('SIGKILL')
      signal?.addEventListener('abort', onAbort, { once: true })
      const finish = () => signal?.removeEventListener('abort', onAbort)
      child.once('error', (cause) => {
        finish()
        reject(new BitcoindFailedError(`${path} cannot be started: ${cause.message}`, { cause }))
      })
      if (child.pid === undefined) return
      const run = new BitcoindProcess(child, child.pid)
      onSpawn(child.pid)
      for (const stream of [child.stdout, child.stderr]) {
        if (stream === null) continue
        // Read on to the end: a full pipe would block the node.
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line)
          if (lines.length > LAST_LINES) lines.shift()
          if (!line.includes(READY)) return
          finish()
          resolve(run)
        })
      }
      child.once('close', () => {
        finish()
        if (signal?.aborted) return reject(signal.reason)
        const said = lines.join('\n')
        const failure = PORT_TAKEN.test(said) ? PortTakenError : BitcoindFailedError
        reject(new failure(`bitcoind stopped while it started:\n${said}`))
      })
    })
  }

  /** Asks the node to stop and waits until it has; kills it if it takes longer than a minute. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await new Promise<void>((resolve) => this.onExit(resolve))
    clearTimeout(timer)
  }

  /** Ends the node as a power cut would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await new Promise<void>((resolve) => this.onExit(resolve))
  }
}
