import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { promisify } from 'node:util'
import { BitcoindUnavailableError } from './errors.ts'

/** One archive of a Bitcoin Core release. */
export interface Release {
  readonly version: string
  readonly file: string
  readonly sha256: string
}

const VERSION = '31.1'

/** From the repository bitcoin-core/guix.sigs, 31.1: all fifteen builders attest the same sums. */
const SUMS: Readonly<Record<string, string>> = {
  'x86_64-linux-gnu': 'b80d9c3e04da78fb6f0569685673418cf686fadba9042d926d13fb87ff503f9e',
  'aarch64-linux-gnu': 'dcf1873f2208ba4f962f3398d47e154c39c0084be8f4553e05c940d0ace3d004',
  'x86_64-apple-darwin': 'bc506958d0f387c1ea770bdc7c7192a505fa645ff62cabcc7761fa7eb89e867e',
  'arm64-apple-darwin': '16a097c09fbd7eb78b240ce1dae123663ea2e5e377cfd6a951e71e227e23cf2f',
}

const HOSTS: Readonly<Record<string, string>> = {
  'linux/x64': 'x86_64-linux-gnu',
  'linux/arm64': 'aarch64-linux-gnu',
  'darwin/x64': 'x86_64-apple-darwin',
  'darwin/arm64': 'arm64-apple-darwin',
}

const BASE_URL = 'https://bitcoincore.org/bin'

/** The release for a machine; undefined where Bitcoin Core has none. */
export function releaseFor(platform: string, arch: string): Release | undefined {
  const host = HOSTS[`${platform}/${arch}`]
  const sha256 = host && SUMS[host]
  if (sha256 === undefined) return undefined
  return { version: VERSION, file: `bitcoin-${VERSION}-${host}.tar.gz`, sha256 }
}

export interface ReleaseOptions {
  cacheDir: string
  release: Release
  baseUrl?: string
  onProgress?: (line: string) => void
  signal?: AbortSignal | undefined
}

function bitcoindOf(cacheDir: string, version: string): string {
  return join(cacheDir, `core-${version}`, 'bin', 'bitcoind')
}

/** Downloads a release unless it is there, and unpacks it only if its hash is the pinned one. */
export async function fetchRelease(options: ReleaseOptions): Promise<string> {
  const { cacheDir, release, signal } = options
  const bitcoind = bitcoindOf(cacheDir, release.version)
  if (await exists(bitcoind)) return bitcoind
  await mkdir(cacheDir, { recursive: true })
  const work = await mkdtemp(join(cacheDir, 'making-'))
  try {
    const archive = join(work, release.file)
    const url = `${options.baseUrl ?? BASE_URL}/bitcoin-core-${release.version}/${release.file}`
    options.onProgress?.(`downloading Bitcoin Core ${release.version}`)
    const sum = await download(url, archive, signal)
    if (sum !== release.sha256) {
      throw new BitcoindUnavailableError(`${release.file} has SHA-256 ${sum}, not the pinned ${release.sha256}`)
    }
    const run = promisify(execFile)
    await run('tar', ['-xzf', archive, '-C', work], signal && { signal })
    await rename(join(work, `bitcoin-${release.version}`), join(cacheDir, `core-${release.version}`)).catch(
      async (cause) => {
        // Another process was first; its copy has the same hash.
        if (!(await exists(bitcoind))) throw cause
      },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return bitcoind
}

async function download(url: string, path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const response = await fetch(url, signal && { signal })
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`)
    const hash = createHash('sha256')
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(Readable.fromWeb(response.body as ReadableStream), hashing, createWriteStream(path), { signal })
    return hash.digest('hex')
  } catch (cause) {
    signal?.throwIfAborted()
    throw new BitcoindUnavailableError(`cannot download ${url} (${reason(cause)})`, cause)
  }
}

function reason(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
