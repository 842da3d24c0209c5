import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Storage has partitions of 2^4 chunks here, 2 MB, so that a little content fills one. */
export const PARTITION_BITS = 4

const bin = fileURLToPath(new URL('../../bin/wsc.js', import.meta.url))

type Tell = (line: string) => void
type Child = ChildProcessByStdio<null, Readable, Readable>

/** A command that ended otherwise than it should; what it wrote is in the message. */
export class DemoError extends Error {
  readonly code = 'E_DEMO'
}

/** Runs the real command in a process of its own, and hands on what it says of its progress. */
function start(argv: readonly string[], tell: Tell, signal: AbortSignal): { child: Child; said: () => string } {
  const child = spawn(process.execPath, [bin, ...argv], {
    env: { ...process.env, WSC_PARTITION_BITS: String(PARTITION_BITS) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Its own way of ending, which saves what it has; a second one does not wait.
  const interrupt = () => child.kill('SIGINT')
  signal.addEventListener('abort', interrupt, { once: true })
  child.once('close', () => signal.removeEventListener('abort', interrupt))
  let said = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    said += `${line}\n`
    tell(line)
  })
  return { child, said: () => said }
}

/** Runs a command to its end; what it wrote to stdout. */
export async function runWsc(argv: readonly string[], tell: Tell, signal: AbortSignal): Promise<string> {
  const { child, said } = start(argv, tell, signal)
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const [exit] = await once(child, 'close')
  signal.throwIfAborted()
  if (exit !== 0) throw new DemoError(`wsc ${argv.join(' ')}: exit ${exit}\n${said()}${stdout}`)
  return stdout
}

/** A command that runs on beside the demonstration. */
export class Beside {
  /** Where its progress goes for now. */
  tell: Tell = () => undefined
  readonly #name: string
  readonly #child: Child
  readonly #lines: AsyncIterator<string>
  readonly #said: () => string

  constructor(argv: readonly string[], signal: AbortSignal) {
    const { child, said } = start([...argv, '--json'], (line) => this.tell(line), signal)
    this.#name = `wsc ${argv.slice(0, 2).join(' ')}`
    this.#child = child
    this.#said = said
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** The next line of its JSON that holds this text. */
  async line(text: string): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw new DemoError(`${this.#name} ended:\n${this.#said()}`)
      if (value.includes(text)) return value
    }
  }

  /** Reads until each of these texts was in a line, in whatever order. */
  async lines(...texts: readonly string[]): Promise<void> {
    const left = new Set(texts)
    while (left.size > 0) {
      const line = await this.line('{')
      for (const text of left) if (line.includes(text)) left.delete(text)
    }
  }

  /** Interrupts it, as Ctrl-C does; its exit code. */
  async stop(): Promise<number | null> {
    return await this.#end('SIGINT')
  }

  /** As a crash does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode
    const closed = once(this.#child, 'close')
    this.#child.kill(signal)
    const [exit] = await closed
    return exit
  }
}
