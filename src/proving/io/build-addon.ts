import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { abortedError, WscError } from '../../lib/index.ts'
import { packageRoot } from '../../lib/io/index.ts'
import type { ProvingErrorCode } from '../errors.ts'

export interface BuildAddonOptions {
  readonly signal?: AbortSignal
  /** What the build says of itself, line by line. */
  onLine?(line: string): void
}

/** A failure's text has its cause and its cure in the last lines. */
const LINES_KEPT = 40

/**
 * Builds the folding addon from the sources in this package, unless it was built from these very sources; needs cargo
 * and a C toolchain. Rejects with `E_SETUP` and what is missing or failed.
 */
export async function buildAddon({ signal, onLine }: BuildAddonOptions = {}): Promise<void> {
  const script = join(packageRoot(), 'scripts/build-addon.mjs')
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal && { signal }),
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line)
    if (said.length > LINES_KEPT) said.shift()
    onLine?.(line)
  })
  const [code] = await ended.catch((cause) => {
    if (signal?.aborted) throw abortedError(signal.reason)
    throw cause
  })
  if (code !== 0) {
    throw new WscError<ProvingErrorCode>('E_SETUP', `the folding addon was not built:\n${said.join('\n')}`)
  }
}
