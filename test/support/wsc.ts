import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'

const bin = fileURLToPath(new URL('../../bin/wsc.js', import.meta.url))

export interface WscRun {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** Everything written to stderr so far. */
  readonly stderr: () => string
  /** The next line of stdout that holds `text`. */
  line(text: string): Promise<string>
  readonly done: Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }>
}

/** The command line itself, as a process of its own. */
export function startWsc(argv: readonly string[], env: Readonly<Record<string, string>> = {}): WscRun {
  const child = spawn(process.execPath, [bin, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let seen = 0
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    wake()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const done = new Promise<{ exit: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (exit) => {
      resolve({ exit, stdout, stderr })
      wake()
    })
  })
  return {
    child,
    stderr: () => stderr,
    done,
    line: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const rest = stdout.slice(seen)
          const found = rest.split('\n').slice(0, -1)
          const at = found.findIndex((line) => line.includes(text))
          if (at >= 0) {
            waiting.delete(look)
            seen += found.slice(0, at + 1).join('\n').length + 1
            resolve(found[at] as string)
          } else if (child.exitCode !== null) {
            waiting.delete(look)
            reject(new Error(`wsc ended without "${text}":\n${stdout}${stderr}`))
          }
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Runs a command to its end. */
export async function runWsc(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return await startWsc(argv, env).done
}

export const wsc = runWsc

/** A real proof of a freshly mined regtest chain, made by `wsc bus prove` in `directory`; its path. */
export async function proveRegtest(directory: string, headers = 5): Promise<string> {
  await mkdir(directory, { recursive: true })
  const source = join(directory, 'regtest-headers.bin')
  const out = join(directory, 'regtest.proof')
  await writeFile(source, headerFile(mineChain(headers).headers))
  const data = join(directory, 'data')
  const args = ['bus', 'prove', '--headers', source, '--network', 'regtest', '--data-dir', data, '--out', out]
  const { exit, stderr } = await runWsc(args)
  if (exit !== 0) throw new Error(`wsc bus prove: exit ${exit}\n${stderr}`)
  return out
}
