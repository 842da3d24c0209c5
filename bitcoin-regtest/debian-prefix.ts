import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BitcoindUnavailableError } from './errors.ts'

/**
 * Debian's `bitcoin-knots` unpacked into a private directory, without root and without touching the system.
 *
 * The system may be an older Debian than the one that carries the package, so its whole closure, libc included, is
 * taken from there. An apt with state, cache and package database of its own resolves, downloads and verifies it;
 * the system's keyring signs for every byte, exactly as for an ordinary installation.
 */

const PACKAGE = 'bitcoin-knots'
const SUITES = ['trixie', 'trixie-backports']
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Mirrors may serve indexes past their Valid-Until (bounds replay, not authenticity); accept those for a year. */
const MIN_VALID_SECONDS = 365 * 24 * 3600

/** What the package depends on for maintainer scripts and service files, neither of which is used here. */
const STUB_STATUS = `Package: private-prefix
Status: install ok installed
Version: 1
Architecture: all
Maintainer: nobody <nobody@localhost>
Provides: adduser, debconf (= 1.5.91), debconf-2.0, init-system-helpers (= 1.69), systemd (= 257), systemd-sysusers
Description: stands in for what a daemon run from a private directory does not need
`

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

/** Writes configuration, sources and an all but empty package database; returns the environment that selects them. */
async function isolatedApt(work: string): Promise<NodeJS.ProcessEnv> {
  const dirs = ['state/lists/partial', 'cache/archives/partial', 'etc/sources.list.d', 'etc/apt.conf.d']
  for (const dir of dirs) await mkdir(join(work, dir), { recursive: true })
  await writeFile(join(work, 'state', 'status'), STUB_STATUS)
  const mirror = await debianMirror()
  await writeFile(
    join(work, 'etc', 'sources.list.d', 'debian.sources'),
    `Types: deb\nURIs: ${mirror}\nSuites: ${SUITES.join(' ')}\nComponents: main\nSigned-By: ${KEYRING}\n`,
  )
  // Only the system's transport settings (proxies, certificates) are taken over: its hooks act on the system.
  const acquire = await runner(process.env)('apt-config', ['dump', 'Acquire'])
  const transport = acquire
    .split('\n')
    .filter((line) => /^Acquire::(https?|Check-\w|Retries|AllowRedirect)/i.test(line))
  const settings = [
    `Dir::State "${work}/state/";`,
    `Dir::State::status "${work}/state/status";`,
    `Dir::Cache "${work}/cache/";`,
    `Dir::Etc::sourcelist "/dev/null";`,
    `Dir::Etc::sourceparts "${work}/etc/sources.list.d/";`,
    `Dir::Etc::parts "${work}/etc/apt.conf.d/";`,
    `Dir::Etc::main "/dev/null";`,
    `Dir::Etc::preferences "/dev/null";`,
    `Dir::Etc::preferencesparts "/dev/null";`,
    `Dir::Log "${work}/log/";`,
    `Debug::NoLocking "true";`, // nobody else knows this directory, and root's locks want chown
    `APT::Sandbox::User "";`, // as root apt would drop to a user who cannot read a private directory
    `Acquire::Languages "none";`,
    `Acquire::Min-ValidTime "${MIN_VALID_SECONDS}";`,
    ...transport,
  ]
  await writeFile(join(work, 'etc', 'apt.conf'), `${settings.join('\n')}\n`, { mode: 0o600 })
  return { ...process.env, APT_CONFIG: join(work, 'etc', 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
}

/** The mirror this machine's own sources name first for its main archive. */
async function debianMirror(): Promise<string> {
  const targets = await runner(process.env)('apt-get', [
    'indextargets',
    '--format',
    '$(ORIGIN)|$(LABEL)|$(REPO_URI)|$(BASE_URI)|$(SITE)|$(RELEASE)',
    'Created-By: Packages',
  ]).catch(() => '')
  for (const line of targets.split('\n')) {
    const [origin, label, uri] = line.split('|')
    if (origin === 'Debian' && label === 'Debian' && uri) return uri.replace(/\/?$/, '/')
  }
  const uri = await mirrorFromFiles()
  if (uri !== undefined) return uri
  throw new BitcoindUnavailableError('this machine’s apt sources name no Debian mirror')
}

/** Before the first `apt-get update` of a machine apt knows no origins; then its source files have to tell. */
async function mirrorFromFiles(): Promise<string | undefined> {
  const dir = '/etc/apt/sources.list.d'
  const names = (await readdir(dir).catch(() => [])).filter((name) => /\.(sources|list)$/.test(name)).sort()
  for (const path of ['/etc/apt/sources.list', ...names.map((name) => join(dir, name))]) {
    const text = await readFile(path, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const match = /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)((?:https?|file|mirror)\S*\/debian\/?)(?:\s|$)/.exec(line)
      if (match?.[1]) return match[1]
    }
  }
  return undefined
}

type Run = (file: string, args: readonly string[]) => Promise<string>

function runner(env: NodeJS.ProcessEnv, signal?: AbortSignal): Run {
  return (file, args) =>
    new Promise((resolve, reject) => {
      const options = { env, maxBuffer: 64 << 20, ...(signal && { signal }) }
      execFile(file, [...args], options, (cause, stdout, stderr) => {
        if (cause === null) return resolve(stdout)
        const said = `${stderr}${stdout}`.trim().split('\n').slice(-8).join('\n')
        reject(new BitcoindUnavailableError(`${file} ${args.join(' ')} failed:\n${said || cause.message}`, cause))
      })
    })
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
