// Running the steps of the set-up: one line each with the time it took, the command's own output in a log that is
// shown only when it fails.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** State of the clone itself (stamps, logs), git-ignored. */
export const stateDir = join(root, '.wsc')

/** A failure the user can mend; `cure` says how. 2 is the exit code of "could not be judged". */
export class SetupError extends Error {
  constructor(message, cure, { cause, exitCode = 2 } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SetupError'
    this.code = 'E_SETUP'
    this.cure = cure
    this.exitCode = exitCode
  }
}

/** All set-up talk goes to stderr: stdout belongs to the inner script. */
export function say(line) {
  console.error(`wsc setup: ${line}`)
}

const heartbeat = 30_000

/** What a step that is still at work says; a log without a last line adds nothing. */
export function beatLine(name, seconds, last) {
  return `${name} … ${seconds} s${last === '' ? '' : `: ${last}`}`
}

/**
 * Runs one command as a named step; `takes` says how long, where that is long. Rejects with SetupError and the log's end when it fails, or when `abort` (another
 * step beside it failed) ends it.
 */
export async function step(name, [command, ...args], { env = process.env, cwd = root, abort, takes } = {}) {
  const logFile = join(stateDir, 'logs', `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.log`)
  mkdirSync(join(stateDir, 'logs'), { recursive: true })
  const begun = Date.now()
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(1)
  say(`${name} …${takes === undefined ? '' : ` (${takes})`}`)
  const log = openSync(logFile, 'w')
  // A silent minute looks like a hang, and some CI runners end silent jobs.
  const beat = setInterval(() => say(beatLine(name, seconds(), lastLines(logFile, 1))), heartbeat)
  const { code, signal, error } = await run(command, args, { cwd, env, signal: abort, stdio: ['ignore', log, log] })
  clearInterval(beat)
  closeSync(log)
  if (signal) {
    throw new SetupError(`${name} was ended by ${signal}`, 'Run the same command again to go on.', {
      exitCode: exitCodeOf(signal),
    })
  }
  if (error) throw new SetupError(`${name}: ${command} cannot be started`, error.message, { cause: error })
  if (code !== 0) throw new SetupError(`${name} failed (exit ${code}), log in ${logFile}:`, lastLines(logFile, 30))
  say(`${name}: ${seconds()} s`)
}

/** Runs steps side by side; the first failure ends the others, and is the one reported. */
export async function together(steps) {
  const failed = new AbortController()
  let first
  await Promise.allSettled(
    steps.map(async (start) => {
      try {
        await start(failed.signal)
      } catch (error) {
        first ??= error
        failed.abort()
      }
    }),
  )
  if (first) throw first
}

/** Runs a program on this terminal and returns its exit code. */
export async function runHere(command, args, env) {
  const { code, signal, error } = await run(command, args, { cwd: root, env, stdio: 'inherit' })
  if (error) throw new SetupError(`${command} cannot be started`, error.message, { cause: error })
  return signal ? exitCodeOf(signal) : code
}

/** Runs a program to its end. `signal` names the signal that ended it, or the one this process got meanwhile. */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options)
    let received
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => {
      const handler = () => {
        received = name
        // A terminal's Ctrl-C reaches the whole foreground group by itself; sent again it would count as a second one.
        if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name)
      }
      process.on(name, handler)
      return [name, handler]
    })
    const end = (result) => {
      for (const [name, handler] of handlers) process.off(name, handler)
      resolve(result)
    }
    child.once('error', (error) => end({ error, signal: received }))
    child.once('close', (code, signal) => end({ code, signal: signal ?? (code === 0 ? undefined : received) }))
  })
}

function exitCodeOf(signal) {
  return 128 + constants.signals[signal]
}

function lastLines(file, count) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
}
