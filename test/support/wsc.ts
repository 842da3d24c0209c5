import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'

const bin = fileURLToPath(new URL('../../bin/wsc.js', import.meta.url))

export interface Ran {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in a process of its own. */
export function runWsc(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 24 }
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}

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
