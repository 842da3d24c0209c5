import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from '../src/proving/io/index.ts'
import { baseImageOf, ensureBaseImage } from './compose/base-image.ts'
import { openCompose } from './compose/compose-plugin.ts'
import { type Engine, openEngine } from './compose/engine.ts'
import { EngineError, must, type Program, run } from './compose/run.ts'
import { tellCounts } from './test-counts.ts'

/**
 * `npm run test:compose`: an engine, base images, the images of docker-compose.yml, the tests in test/compose, and
 * everything taken down again; the minutes of each stage at the end.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const project = `wsc-test-${process.pid}`
const say = (line: string) => console.log(`compose: ${line}`)
const stages: string[] = []
/** Whichever are free. */
const FREE_PORTS = { WSC_SERVE_PORT: '', WSC_GATEWAY_PORT: '' }

async function stage<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const begun = Date.now()
  say(`${name} …`)
  let outcome = 'failed'
  try {
    const result = await work()
    outcome = typeof result === 'string' ? result : ''
    return result
  } finally {
    stages.push(
      `${name.padEnd(24)} ${((Date.now() - begun) / 60_000).toFixed(1).padStart(5)} min  ${outcome}`.trimEnd(),
    )
  }
}

/** The tests proper, under the pinned Node; where their containers are, they learn from the environment. */
function runTests(compose: Program, signal: AbortSignal): Promise<number> {
  const env = {
    ...process.env,
    WSC_COMPOSE: JSON.stringify(compose),
    COMPOSE_PROJECT_NAME: project,
    ...FREE_PORTS,
  }
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'compose', ...process.argv.slice(2)], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

async function test(signal: AbortSignal): Promise<number> {
  const logs = join(root, '.wsc', 'logs')
  mkdirSync(logs, { recursive: true })
  const engine: Engine = await stage('engine', () => openEngine(join(logs, 'dockerd.log'), say))
  try {
    const compose = await stage('compose plugin', () => openCompose(cacheDirectory(), say))
    const dockerfiles = [
      'Dockerfile',
      ...['bitcoin-regtest', 'scripts/compose/queue'].map((folder) => join(folder, 'Dockerfile')),
    ]
    const bases = new Set(await Promise.all(dockerfiles.map((file) => baseImageOf(join(root, file)))))
    for (const base of bases) await stage('base image', () => ensureBaseImage(base, say))
    const command = [...compose, '-p', project, '--profile', 'tools', '--profile', 'scale'] as unknown as Program
    const env = { ...process.env, ...FREE_PORTS }
    await stage('build the images', () => void must([...command, 'build'], 'See above.', { cwd: root, env }))
    signal.throwIfAborted()
    try {
      return await stage('tests', () => runTests(compose, signal))
    } finally {
      await stage('tear down', () => void run([...command, 'down', '--volumes', '--timeout', '10'], { cwd: root, env }))
    }
  } finally {
    await stage('stop the engine', () => engine.stop())
  }
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
try {
  process.exitCode = await test(stop.signal)
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130
  else if (error instanceof EngineError) {
    console.error(`\ncompose: ${error.message}\n  ${error.cure}`)
    tellCounts(0, 1)
    process.exitCode = 2
  } else throw error
}
console.log('')
for (const line of stages) say(line)
