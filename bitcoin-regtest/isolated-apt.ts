import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BitcoindUnavailableError } from './errors.ts'

/**
 * An apt with state, cache, sources and package database of its own, all in one directory: it changes nothing of the
 * system's, needs no root, and still checks every signature.
 */

export const SUITES = ['trixie', 'trixie-backports']
export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

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

/** Writes configuration, sources and an all but empty package database; returns the environment that selects them. */
export async function isolatedApt(work: string): Promise<NodeJS.ProcessEnv> {
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
export async function debianMirror(): Promise<string> {
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

export type Run = (file: string, args: readonly string[]) => Promise<string>

/** Runs programs to their end; failures carry the last lines of what they said. */
export function runner(env: NodeJS.ProcessEnv, signal?: AbortSignal): Run {
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
