import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** docker-compose.yml as `npm run test:compose` has built it; a project of the test's own. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const compose = process.env.WSC_COMPOSE
const projectName = process.env.COMPOSE_PROJECT_NAME
if (compose === undefined || projectName === undefined) throw new Error('run these by `npm run test:compose`')
const [program, ...first] = JSON.parse(compose) as [string, ...string[]]
export const project: string = projectName

/** Of the bus. */
export const SERVICES = ['bitcoind', 'prover', 'server', 'verifier'] as const
export const PROVIDERS = ['provider-1', 'provider-2', 'provider-3', 'provider-4', 'provider-5'] as const
/** Of the compute network. */
export const COMPUTE = ['compute-1', 'compute-2', 'compute-3'] as const
export type Service =
  | (typeof SERVICES)[number]
  | (typeof PROVIDERS)[number]
  | (typeof COMPUTE)[number]
  | 'gateway'
  | 'queue'
  | `worker-${1 | 2}`

export interface Ended {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

function end(file: string, args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  return { exit: status, stdout, stderr }
}

function must({ exit, stdout, stderr }: Ended, what: string): string {
  if (exit !== 0) throw new Error(`${what}: exit ${exit}\n${stdout}${stderr}`)
  return stdout
}

export const docker = (...args: string[]): Ended => end('docker', args)
export const tryCompose = (...args: string[]): Ended => end(program, [...first, ...args])
export const composed = (...args: string[]): string => must(tryCompose(...args), `compose ${args.join(' ')}`)

export const bitcoinCli = (...args: string[]): string =>
  composed(...['exec', '-T', 'bitcoind', 'bitcoin-cli', '-conf=/etc/bitcoin/bitcoin.conf', '-datadir=/data'], ...args)

/** `wsc` beside the node, with a wallet; files of the host below /in. */
export const wsc = (directory: string, ...args: string[]): string =>
  composed('run', '--rm', '-T', '--volume', `${directory}:/in:ro`, 'wsc', ...args)

export function inspect<T>(service: Service, format: string): T {
  const container = composed('ps', '--all', '--quiet', service).trim()
  return JSON.parse(must(docker('inspect', '--format', `{{json ${format}}}`, container), `inspect ${service}`)) as T
}

/** All lines that a service has told on its standard output. */
export function logged(service: Service): string[] {
  const container = composed('ps', '--quiet', service).trim()
  return must(docker('logs', container), `logs of ${service}`).split('\n')
}

/** The next line, or one told before, of a running service's standard output that holds `text`. */
export function logLine(service: Service, text: string): Promise<string> {
  const container = composed('ps', '--quiet', service).trim()
  const child = spawn('docker', ['logs', '--follow', container], { stdio: ['ignore', 'pipe', 'ignore'] })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      const found = said
        .split('\n')
        .slice(0, -1)
        .find((line) => line.includes(text))
      if (found === undefined) return
      resolve(found)
      child.kill()
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${service} ended without "${text}":\n${said.slice(-3000)}`)))
  })
}
