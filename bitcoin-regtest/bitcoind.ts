import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { fetchRelease, releaseFor } from './core-release.ts'
import { isDebian, makePrefix } from './debian-prefix.ts'
import { BitcoindUnavailableError } from './errors.ts'

export interface Bitcoind {
  readonly path: string
  /** `environment`: WSC_BITCOIND; `path`: found on PATH; `private`: under the cache directory. */
  readonly source: 'environment' | 'path' | 'private'
  /** First line of `bitcoind -version`. */
  readonly version: string
  /** Bitcoin Knots has rules and options of its own. */
  readonly knots: boolean
}

export interface GetBitcoindOptions {
  env?: Readonly<Record<string, string | undefined>>
  onProgress?: (line: string) => void
  signal?: AbortSignal | undefined
}

/** The bitcoind named by WSC_BITCOIND, else the one on PATH, else a private copy, made now if need be. */
export async function getBitcoind(options: GetBitcoindOptions = {}): Promise<Bitcoind> {
  const { env = process.env, onProgress, signal } = options
  const named = env.WSC_BITCOIND
  if (named) {
    const found = await inspect(named, 'environment').catch((cause) => {
      throw new BitcoindUnavailableError(`WSC_BITCOIND names ${named}, which does not run (${cause.message})`, cause)
    })
    return found
  }
  const onPath = await findOnPath(env.PATH ?? '')
  if (onPath !== undefined) {
    const found = await inspect(onPath, 'path').catch(() => undefined)
    if (found !== undefined) return found
    onProgress?.(`${onPath} does not run; using a private copy`)
  }
  // A relative value is to be ignored (XDG base directories).
  const cache = env.XDG_CACHE_HOME !== undefined && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : undefined
  const cacheDir = join(cache ?? join(homedir(), '.cache'), 'wsc', 'bitcoind')
  const path = await makePrivate(cacheDir, onProgress, signal)
  return await inspect(path, 'private').catch((cause) => {
    throw new BitcoindUnavailableError(`the private copy ${path} does not run here (${cause.message})`, cause)
  })
}

async function makePrivate(
  cacheDir: string,
  onProgress: ((line: string) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const progress = onProgress && { onProgress }
  const failures: Error[] = []
  if (await isDebian()) {
    try {
      return await makePrefix({ cacheDir, signal, ...progress })
    } catch (cause) {
      signal?.throwIfAborted()
      failures.push(cause as Error)
      onProgress?.('Debian’s package cannot be had; trying Bitcoin Core’s release')
    }
  }
  const release = releaseFor(process.platform, process.arch)
  if (release !== undefined) {
    try {
      return await fetchRelease({ cacheDir, release, signal, ...progress })
    } catch (cause) {
      signal?.throwIfAborted()
      failures.push(cause as Error)
    }
  } else {
    failures.push(new Error(`Bitcoin Core has no release for ${process.platform} on ${process.arch}`))
  }
  const reasons = failures.map((failure) => ('reason' in failure ? failure.reason : failure.message)).join('\n')
  throw new BitcoindUnavailableError(reasons, new AggregateError(failures))
}

async function findOnPath(path: string): Promise<string | undefined> {
  for (const dir of path.split(delimiter).filter(Boolean)) {
    const file = join(dir, 'bitcoind')
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) return file
  }
  return undefined
}

/** What calls itself bitcoind may be anything, also something that never ends. */
const ANSWER_MS = 20_000

async function inspect(path: string, source: Bitcoind['source']): Promise<Bitcoind> {
  const { stdout } = await promisify(execFile)(path, ['-version'], { timeout: ANSWER_MS })
  const version = stdout.split('\n', 1)[0] ?? ''
  if (!/^Bitcoin.*version/.test(version)) throw new Error(`"${version}" is no version of bitcoind`)
  return { path, source, version, knots: version.includes('Knots') }
}

/** Whether a bitcoind knows an option; those for debugging included. */
export async function knowsOption(path: string, option: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(path, ['-help', '-help-debug'], {
    maxBuffer: 4 << 20,
    timeout: ANSWER_MS,
  })
  return new RegExp(`^\\s*${option}(?:[=\\s]|$)`, 'm').test(stdout)
}
