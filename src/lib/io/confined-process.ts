import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from './package-root.ts'

/** What a confined process may read and write beside its own sources: files and folders. Nothing else on the disk. */
export interface ConfinedOptions {
  /** A file of this package. */
  readonly entry: string
  readonly args?: readonly string[]
  readonly read?: readonly string[]
  readonly write?: readonly string[]
  /** Of JavaScript's objects. */
  readonly heapMegabytes: number
  readonly cwd?: string
}

/**
 * Starts a Node process that has no environment and that Node's permission model keeps from other files, from processes,
 * threads and addons. Its streams are pipes. Sockets are beyond that model before Node 25: `limitProcess` takes them away.
 */
export function spawnConfined(options: ConfinedOptions): ChildProcess {
  const { entry, args = [], read = [], write = [], heapMegabytes, cwd = '/' } = options
  const flags = [
    '--permission',
    ...[...ownFolders(), ...read].map((path) => flag('allow-fs-read', path)),
    ...write.map((path) => flag('allow-fs-write', path)),
    ...[flag('max-old-space-size', heapMegabytes), '--no-warnings'],
  ]
  return spawn(process.execPath, [...flags, entry, ...args], { cwd, env: {}, stdio: ['pipe', 'pipe', 'pipe'] })
}

const flag = (name: string, value: string | number): string => `--${name}=${value}`

/** What a process of this package loads itself from: the package, and the packages that were installed for it. */
function ownFolders(): string[] {
  const above = (folder: string): string[] => (dirname(folder) === folder ? [] : [folder, ...above(dirname(folder))])
  const installed = above(packageRoot()).map((folder) => join(folder, 'node_modules'))
  return [packageRoot(), ...installed].filter((folder) => existsSync(folder))
}

/** What the operating system holds a process to, from now on. */
export interface ProcessLimits {
  /** Open files and sockets: 0 leaves those that are open, and lets no other be opened, native code or not. */
  readonly descriptors?: number
  /** Of every file that it writes. */
  readonly fileBytes: number
  /** Of writable memory beside that which it has. */
  readonly memoryBytes: number
  /** Of processor time: the end of a process whose parent is gone. */
  readonly cpuSeconds: number
}

/** Whether the limits hold: where there is no `prlimit` (util-linux), as outside of Linux, they do not. */
export async function limitProcess(pid: number, limits: ProcessLimits): Promise<boolean> {
  const { descriptors, fileBytes, memoryBytes, cpuSeconds } = limits
  const all = [
    ...(descriptors === undefined ? [] : [flag('nofile', descriptors)]),
    ...[
      flag('fsize', fileBytes),
      flag('data', (await dataBytes(pid)) + memoryBytes),
      flag('cpu', cpuSeconds),
      '--core=0',
    ],
  ]
  try {
    const env = { PATH: '/usr/bin:/bin:/usr/local/bin' }
    await promisify(execFile)('prlimit', ['--pid', String(pid), ...all], { env, timeout: PRLIMIT_MS })
    return true
  } catch {
    return false
  }
}

const PRLIMIT_MS = 20_000
const PAGE_BYTES = 4_096
/** Of /proc/PID/statm: pages of data and stack. */
const DATA_FIELD = 5

async function dataBytes(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')).split(' ')
  return Number(fields[DATA_FIELD] ?? 0) * PAGE_BYTES
}
