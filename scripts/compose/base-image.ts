import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianMirror } from '../../bitcoin-regtest/isolated-apt.ts'
import { install, mayInstall } from './engine.ts'
import { EngineError, must, succeeds } from './run.ts'

const PULL_MS = 300_000
const CURE = 'Give Docker access to a registry, or run as root on Debian with WSC_INSTALL_ENGINE=1, which makes it.'

/** What debootstrap brings and no image needs; the names are relative to the root. */
const EXCESS = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'var/cache/apt', 'var/lib/apt']

/** The base image that a Dockerfile names by default. */
export async function baseImageOf(dockerfile: string): Promise<string> {
  const name = /^ARG BASE_IMAGE=(\S+)$/m.exec(await readFile(dockerfile, 'utf8'))?.[1]
  if (name === undefined) throw new EngineError(`${dockerfile} names no BASE_IMAGE`, 'Mend it.')
  return name
}

/** Debian's release by an image's name: debian:trixie-20251020-slim is of trixie. */
export function releaseOf(image: string): string | undefined {
  return /^debian:([a-z]+)-(?:[0-9]{8}-)?slim$/.exec(image)?.[1]
}

/**
 * Has the image under its name: it is there, or is pulled, or is made by debootstrap from the machine's own mirror,
 * whose signatures are checked. One that was made has the packages of its day, not those of the day in its name.
 */
export async function ensureBaseImage(
  image: string,
  say: (line: string) => void,
): Promise<'there' | 'pulled' | 'made'> {
  if (succeeds(['docker', 'image', 'inspect', image])) return 'there'
  if (succeeds(['docker', 'pull', '--quiet', image], { timeoutMs: PULL_MS })) return 'pulled'
  const release = releaseOf(image)
  if (release === undefined || !mayInstall()) throw new EngineError(`no registry gives ${image}`, CURE)
  say(`no registry gives ${image}: making it`)
  if (!succeeds(['debootstrap', '--version'])) install(say)
  await make(image, release)
  return 'made'
}

async function make(image: string, release: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'wsc-base-'))
  const root = join(work, 'root')
  try {
    const include = '--include=ca-certificates'
    must(['debootstrap', '--variant=minbase', include, release, root, await debianMirror()], CURE)
    for (const path of EXCESS) await rm(join(root, path), { recursive: true, force: true })
    const archive = join(work, 'root.tar')
    must(['tar', '--numeric-owner', '-C', root, '-cf', archive, '.'], CURE)
    must(['docker', 'import', '--change', 'CMD ["bash"]', archive, image], CURE)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
