import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../bitcoin-regtest/process.ts'
import type { QueueServer } from '../../src/compute/io/queue/server.ts'

const finder = fileURLToPath(new URL('../../scripts/setup/redis.mjs', import.meta.url))

/** The machine's Valkey or Redis; in CI it is installed when it is missing. Undefined elsewhere, with the cure on stderr. */
export function findQueueServer(): string | undefined {
  const args = process.env.WSC_CI === undefined ? ['find'] : []
  const { status, stdout, stderr } = spawnSync(process.execPath, [finder, ...args], { encoding: 'utf8' })
  if (status === 0) return stdout.trim()
  if (process.env.WSC_CI !== undefined) throw new Error(stderr.trim())
  console.error(`skipped: ${stderr.trim()}`)
  return undefined
}

/** A real server of a test's own, that can be killed and started again, with what it had or empty. */
export class LocalQueueServer {
  readonly place: QueueServer
  readonly #program: string
  readonly #folder: string
  readonly #more: readonly string[]
  #process: ChildProcess | undefined

  private constructor(program: string, folder: string, port: number, more: readonly string[], password?: string) {
    this.#program = program
    this.#folder = folder
    this.#more = more
    const at = { host: '127.0.0.1', port, database: 0, isTls: false }
    this.place = password === undefined ? at : { ...at, password }
  }

  /** Keeps everything unless `more` says otherwise. */
  static async start(program: string, more: readonly string[] = [], password?: string): Promise<LocalQueueServer> {
    const folder = await mkdtemp(join(tmpdir(), 'wsc-queue-'))
    const server = new LocalQueueServer(program, folder, await freePort(), more, password)
    await server.startAgain()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.place.port}/0`
  }

  async startAgain(): Promise<void> {
    const { port, password } = this.place
    const child = spawn(
      this.#program,
      [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', this.#folder, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
        ...(password === undefined ? [] : ['--requirepass', password]),
        ...this.#more,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    this.#process = child
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/ready to accept connections/i.test(said)) resolve()
    })
    child.once('exit', () => reject(new Error(`the server ended:\n${said}`)))
    await promise
  }

  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** All that it kept; while it does not run. */
  async forget(): Promise<void> {
    await rm(join(this.#folder, 'appendonlydir'), { recursive: true, force: true })
    await rm(join(this.#folder, 'appendonly.aof'), { force: true })
  }

  async close(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
