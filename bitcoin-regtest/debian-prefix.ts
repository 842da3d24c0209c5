import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BitcoindUnavailableError } from './errors.ts'
import { isolatedApt, KEYRING, type Run, runner, SUITES } from './isolated-apt.ts'

/**
 * Debian's `bitcoin-knots` unpacked into a private directory, without root and without touching the system.
 *
 * The system may be an older Debian than the one that carries the package, so its whole closure, libc included, is
 * taken from there. An apt with state, cache and package database of its own resolves, downloads and verifies it;
 * the system's keyring signs for every byte, exactly as for an ordinary installation.
 */

const PACKAGE = 'bitcoin-knots'

export interface PrefixOptions {
  /** Directory that will hold the prefix. */
  cacheDir: string
  onProgress?: (line: string) => void
  signal?: AbortSignal | undefined
}

/** True where apt, dpkg and Debian's keyring are all present. */
export async function isDebian(): Promise<boolean> {
  try {
    await Promise.all(['/usr/bin/apt-get', '/usr/bin/dpkg-deb', KEYRING].map((path) => stat(path)))
    return true
  } catch {
    return false
  }
}

/** Path of the prefix's bitcoind, or undefined if there is none yet. */
export async function findPrefix(cacheDir: string): Promise<string | undefined> {
  const bitcoind = join(cacheDir, 'debian', 'bin', 'bitcoind')
  return stat(bitcoind).then(
    () => bitcoind,
    () => undefined,
  )
}

/** Makes the prefix unless it is there; the directory appears whole or not at all. */
export async function makePrefix({ cacheDir, onProgress, signal }: PrefixOptions): Promise<string> {
  const found = await findPrefix(cacheDir)
  if (found !== undefined) return found
  await mkdir(cacheDir, { recursive: true })
  const work = await mkdtemp(join(cacheDir, 'making-'))
  try {
    const env = await isolatedApt(work)
    const run = runner(env, signal)
    onProgress?.(`reading package lists of ${SUITES.join(', ')}`)
    await run('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'])
    onProgress?.(`downloading ${PACKAGE} and its libraries`)
    await run('apt-get', ['-q', '-y', '--no-install-recommends', '--download-only', 'install', PACKAGE])
    const prefix = join(work, 'prefix')
    await unpack(join(work, 'cache', 'archives'), prefix, run, onProgress)
    await writeWrappers(prefix)
    const version = await run(join(prefix, 'bin', 'bitcoind'), ['-version'])
    onProgress?.(version.split('\n', 1)[0] ?? '')
    await moveInto(prefix, join(cacheDir, 'debian'))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return join(cacheDir, 'debian', 'bin', 'bitcoind')
}

async function unpack(archives: string, prefix: string, run: Run, onProgress?: (line: string) => void): Promise<void> {
  const names = (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort()
  const root = join(prefix, 'root')
  await mkdir(root, { recursive: true })
  onProgress?.(`unpacking ${names.length} packages`)
  // One after another: several packages make the same directories.
  for (const name of names) await run('dpkg-deb', ['-x', join(archives, name), root])
  await writeFile(join(prefix, 'packages.json'), `${JSON.stringify(names.map(decodeURIComponent), null, 2)}\n`)
}

/**
 * The programs cannot run under the host's older libc, so each gets a script that starts it by the prefix's own
 * dynamic loader. It finds the prefix beside itself: the directory may be moved, and is, when it is complete.
 */
async function writeWrappers(prefix: string): Promise<void> {
  const libDirs: string[] = []
  let loader: string | undefined
  const triplets = (await readdir(join(prefix, 'root', 'usr', 'lib'))).filter((name) => name.includes('-linux-gnu'))
  for (const triplet of triplets) {
    const dir = `usr/lib/${triplet}`
    libDirs.push(dir)
    loader ??= (await readdir(join(prefix, 'root', dir))).filter((name) => /^ld-linux.*\.so\.\d$/.test(name))[0]
    if (loader !== undefined && !loader.includes('/')) loader = `${dir}/${loader}`
  }
  if (loader === undefined) throw new BitcoindUnavailableError('the unpacked packages hold no dynamic loader')
  await mkdir(join(prefix, 'bin'))
  for (const name of ['bitcoind', 'bitcoin-cli']) {
    const path = join(prefix, 'bin', name)
    const libraries = libDirs.map((dir) => `$root/${dir}`).join(':')
    await writeFile(
      path,
      `#!/bin/sh
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")/root
exec "$root/${loader}" --inhibit-cache --argv0 ${name} --library-path "${libraries}" "$root/usr/bin/${name}" "$@"
`,
    )
    await chmod(path, 0o755)
  }
}

/** Renames the finished directory into place; if another process was first, its result is as good. */
async function moveInto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw cause
  }
}
