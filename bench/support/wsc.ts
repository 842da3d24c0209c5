import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ProcessUsage, processUsage } from './process-usage.ts'

const bin = fileURLToPath(new URL('../../bin/wsc.js', import.meta.url))

/** Lines of a running `wsc … --json`, and what the process has used. */
export interface RunningWsc {
  readonly pid: number
  /** The next line of standard output; undefined at its end. */
  line(): Promise<Record<string, unknown> | undefined>
  /** Now or, once it has ended, at most half a second before its end. */
  usage(): Promise<ProcessUsage | undefined>
  /** Interrupts it, if it runs, and waits for its end. */
  stop(): Promise<void>
}

/** Starts the command in a process of its own, its data under `home`. */
export function startWsc(args: readonly string[], home: string): RunningWsc {
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, XDG_DATA_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr?.on('data', (data) => {
    errors = `${errors}${data}`.slice(-4000)
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
  let last: ProcessUsage | undefined
  const usage = async () => {
    last = (await processUsage(child.pid as number)) ?? last
    return last
  }
  const sampling = setInterval(usage, 500)
  child.once('exit', () => clearInterval(sampling))
  const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> })[Symbol.asyncIterator]()
  return {
    pid: child.pid as number,
    async line() {
      const { done, value } = await lines.next()
      if (done !== true) return JSON.parse(value) as Record<string, unknown>
      const exit = await ended
      if (exit !== 0) throw new Error(`wsc ${args.join(' ')}: exit ${exit}\n${errors}`)
      return undefined
    },
    usage,
    async stop() {
      if (child.exitCode === null) child.kill('SIGINT')
      await ended
    },
  }
}
