import { once } from 'node:events'
import { extname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { limitProcess, spawnConfined } from '../../lib/io/index.ts'

/** The package holds JavaScript, the clone TypeScript. */
const CHILD = fileURLToPath(new URL(`./circom-child${extname(fileURLToPath(import.meta.url))}`, import.meta.url))

const HEAP_MEGABYTES = 2_048
/** WebAssembly's 4 GiB, and as much for what is beside it. */
const MEMORY_BYTES = 8 * 2 ** 30
/** Of each file that it writes: a circuit of 20 million constraints has so many. */
const FILE_BYTES = 4 * 2 ** 30
/** Files that it may have open: sources and outputs, one after another. */
const DESCRIPTORS = 64
/** Characters of all that it says. */
const MAX_TEXT = 1 << 24

/** What a run of the compiler came to; `late` where its time was over. */
export interface CompilerRun {
  readonly code: number | null
  readonly isLate: boolean
  readonly stdout: string
  readonly stderr: string
  readonly message: string
}

/**
 * Runs the compiler in a folder, from which it reads and in which it writes to `out` alone: sources may be a stranger's. In a
 * process of its own, which has no environment: it takes gigabytes, which go back when it ends.
 */
export async function runCircom(
  folder: string,
  args: readonly string[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<CompilerRun> {
  const child = spawnConfined({
    ...{ entry: CHILD, args, cwd: folder, heapMegabytes: HEAP_MEGABYTES },
    ...{ read: [folder], write: [join(folder, 'out')] },
  })
  const said = { stdout: '', stderr: '' }
  let isLate = false
  const kill = () => void child.kill('SIGKILL')
  const timer = setTimeout(() => {
    isLate = true
    kill()
  }, timeoutMs)
  signal?.addEventListener('abort', kill)
  if (signal?.aborted) kill()
  const stdin = child.stdin as Writable
  // It may have ended.
  stdin.on('error', () => undefined)
  stdin.end()
  for (const name of ['stdout', 'stderr'] as const) {
    ;(child[name] as Readable).setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
      if (said.stdout.length + said.stderr.length > MAX_TEXT) kill()
    })
  }
  try {
    const closed = once(child, 'close')
    const cpuSeconds = Math.ceil(timeoutMs / 1_000) + 1
    const limits = { descriptors: DESCRIPTORS, fileBytes: FILE_BYTES, memoryBytes: MEMORY_BYTES, cpuSeconds }
    if (child.pid !== undefined) await limitProcess(child.pid, limits)
    const [code, ended] = (await closed) as [number | null, string | null]
    const message = code === 0 ? '' : `the compiler ended (${ended ?? `exit ${code}`})`
    return { code, isLate, message, ...said }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', kill)
  }
}
