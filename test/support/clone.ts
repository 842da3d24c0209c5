import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * A copy of this clone's own files, with its packages as hard links and nothing that was built: as if set up where
 * there is no cargo.
 */
export async function unbuiltClone(): Promise<string> {
  await mkdir(join(root, '.wsc'), { recursive: true })
  const clone = await mkdtemp(join(root, '.wsc', 'clone-'))
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter(Boolean)
  const wanted = files.filter((file) => /^(bin|circuits|src|storage|scripts|folding\/index\.d\.ts|package)/.test(file))
  for (const file of wanted) {
    // Tracked, but gone from the disk: possible while one works on it.
    if (existsSync(join(root, file))) await cp(join(root, file), join(clone, file), { recursive: true })
  }
  // Hard links: the packages as they are, with the stamp that says which lock file they came from.
  execFileSync('cp', ['-al', join(root, 'node_modules'), join(clone, 'node_modules')])
  return clone
}

/** PATH with every program of this machine but these. */
export async function pathWithout(directory: string, ...names: readonly string[]): Promise<string> {
  const folders: string[] = []
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!names.some((name) => existsSync(join(folder, name)))) {
      folders.push(folder)
      continue
    }
    const mirror = join(directory, `bin-${folders.length}`)
    await mkdir(mirror, { recursive: true })
    for (const entry of await readdir(folder)) {
      if (!names.includes(entry)) await symlink(join(folder, entry), join(mirror, entry)).catch(() => undefined)
    }
    folders.push(mirror)
  }
  return [dirname(process.execPath), ...folders].join(delimiter)
}

export interface CloneRun {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runIn(clone: string, env: NodeJS.ProcessEnv, ...argv: string[]): Promise<CloneRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (exit) => resolve({ exit, stdout, stderr }))
  })
}

export function removeClone(clone: string): Promise<void> {
  return rm(clone, { recursive: true, force: true })
}
