import { type SpawnSyncReturns, spawnSync } from 'node:child_process'

/** Something of the machine's lacks or fails; `cure` says what to do. */
export class EngineError extends Error {
  readonly code = 'E_ENGINE'
  override readonly name = 'EngineError'
  readonly cure: string

  constructor(message: string, cure: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.cure = cure
  }
}

/** A program with its first arguments. */
export type Program = readonly [file: string, ...args: string[]]

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
}

/** Runs a program to its end; what it says is kept. */
export function run([file, ...args]: Program, options: RunOptions = {}): SpawnSyncReturns<string> {
  const { timeoutMs, ...rest } = options
  return spawnSync(file, args, {
    ...rest,
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export function succeeds(program: Program, options: RunOptions = {}): boolean {
  return run(program, options).status === 0
}

/** The same, but a failure is thrown with the end of what the program said. */
export function must(program: Program, cure: string, options: RunOptions = {}): string {
  const { status, stdout, stderr, error } = run(program, options)
  if (status === 0) return stdout
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n')
  throw new EngineError(`${program.join(' ')} failed:\n${said || error?.message}`, cure, error)
}
