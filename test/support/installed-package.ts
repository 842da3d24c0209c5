import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a program to its end; what it said is in the error when it fails. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 1 << 26 }).catch((error) => {
    throw new Error(`${command} ${args.join(' ')}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`)
  })
  return stdout
}

/** Packs this clone and installs the tarball in a new, empty project; the project's folder. */
export async function installPacked(directory: string): Promise<string> {
  await run('npm', ['run', '--silent', 'build'], root)
  const packed = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], root)
  const project = join(directory, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n')
  const tarball = join(directory, packed.trim().split('\n').at(-1) as string)
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball], project)
  return project
}

export interface NodeRuntime {
  readonly program: string
  readonly version: string
}

/**
 * The Nodes to try the package on: the one running, the one on PATH if it may be used, and Node 22, the oldest that
 * may, by the registry's package of its binary where there is one.
 */
export async function nodeRuntimes(directory: string): Promise<NodeRuntime[]> {
  const found: NodeRuntime[] = [{ program: process.execPath, version: process.versions.node }]
  const add = async (program: string) => {
    const version = (await run(program, ['--version'], directory)).trim().slice(1)
    if (Number(version.split('.')[0]) >= 22 && !found.some((one) => one.version === version)) {
      found.push({ program, version })
    }
  }
  await add('node')
  const name = `node-${process.platform}-${process.arch}`
  const prefix = join(directory, 'node22')
  try {
    await mkdir(prefix)
    await writeFile(join(prefix, 'package.json'), '{ "private": true }\n')
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@22`], prefix)
    await add(join(prefix, 'node_modules', name, 'bin/node'))
  } catch (error) {
    console.log(`Node 22 cannot be had here (${(error as Error).message.split('\n')[0]})`)
  }
  return found
}
