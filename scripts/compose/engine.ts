import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EngineError, must, succeeds } from './run.ts'

/** From Debian and Ubuntu: the engine, what it needs for networks, and what makes a base image. */
const PACKAGES = ['docker.io', 'iptables', 'kmod', 'debootstrap']

const START_MS = 60_000
const STOP_MS = 60_000

export const CURE =
  'Install Docker with Compose 2 and start it, as a user who may use it. As root on Debian or Ubuntu WSC_INSTALL_ENGINE=1 installs and starts it for the time of the test.'

/** Whether this machine may be changed: only as root, and only where somebody said so. */
export function mayInstall(): boolean {
  return process.env.WSC_INSTALL_ENGINE === '1' && process.getuid?.() === 0
}

export interface Engine {
  /** Ends the engine if it was started here, and nothing else. */
  stop(): Promise<void>
}

/** An engine that answers: the machine's own, or one that is installed and started if that is allowed. */
export async function openEngine(logFile: string, say: (line: string) => void): Promise<Engine> {
  if (answers()) return { stop: async () => {} }
  if (!mayInstall()) throw new EngineError('no container engine answers here', CURE)
  if (!succeeds(['dockerd', '--version']) || !succeeds(['docker', '--version'])) install(say)
  return await start(logFile, say)
}

/** Packages that are there already cost nothing. */
export function install(say: (line: string) => void): void {
  say(`installing ${PACKAGES.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const cure = `Install them by hand. ${CURE}`
  must(['apt-get', '-q', 'update'], cure, { env })
  must(['apt-get', '-q', '-y', '--no-install-recommends', '--no-upgrade', 'install', ...PACKAGES], cure, { env })
}

function answers(): boolean {
  return succeeds(['docker', 'info'], { timeoutMs: 20_000 })
}

async function start(logFile: string, say: (line: string) => void): Promise<Engine> {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'w')
  // A session of its own: Ctrl-C is for the test, which stops its containers before the engine.
  const child = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] })
  child.once('error', () => {})
  const deadline = Date.now() + START_MS
  while (!answers()) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
      await stop(child)
      throw new EngineError(`dockerd does not start, log in ${logFile}`, CURE)
    }
    await delay(200)
  }
  say(`started dockerd, process ${child.pid}`)
  return { stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([gone, delay(STOP_MS, undefined, { ref: false })])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await gone
}
