import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDebian } from '../../bitcoin-regtest/debian-prefix.ts'
import { isolatedApt, runner } from '../../bitcoin-regtest/isolated-apt.ts'
import { CURE, mayInstall } from './engine.ts'
import { EngineError, type Program, run } from './run.ts'

const PACKAGE = 'docker-compose'

/** Compose 2: Docker's plugin, a `docker-compose` on PATH, or Debian's package unpacked into the cache. */
export async function openCompose(cache: string, say: (line: string) => void): Promise<Program> {
  const program = join(cache, 'compose', 'docker-compose')
  const found = ([['docker', 'compose'], ['docker-compose'], [program]] as const).find(isSecond)
  if (found !== undefined) return found
  if (!mayInstall() || !(await isDebian())) throw new EngineError('no Compose 2 here', CURE)
  say(`fetching ${PACKAGE}`)
  await fetchInto(cache)
  if (!isSecond([program])) throw new EngineError(`${program} does not run here`, CURE)
  return [program]
}

/** Compose 1 knows neither this file's keys nor conditions. */
function isSecond(program: Program): boolean {
  const { status, stdout } = run([...program, 'version', '--short'] as unknown as Program)
  return status === 0 && Number(/^v?(\d+)\./.exec(stdout.trim())?.[1]) >= 2
}

/** By an apt of its own, which checks signatures and changes nothing of the system's. */
async function fetchInto(cache: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'making-'))
  try {
    const apt = runner(await isolatedApt(work))
    await apt('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'])
    await apt('apt-get', ['-q', '-y', '--no-install-recommends', '--download-only', 'install', PACKAGE])
    const archives = join(work, 'cache', 'archives')
    const archive = (await readdir(archives)).find((name) => name.startsWith(`${PACKAGE}_`))
    if (archive === undefined) throw new EngineError(`the package ${PACKAGE} was not downloaded`, CURE)
    await apt('dpkg-deb', ['-x', join(archives, archive), join(work, 'root')])
    await mkdir(join(cache, 'compose'), { recursive: true })
    const plugin = join(work, 'root', 'usr', 'libexec', 'docker', 'cli-plugins', 'docker-compose')
    await rename(plugin, join(cache, 'compose', 'docker-compose'))
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    throw new EngineError(`${PACKAGE} cannot be had: ${(cause as Error).message}`, CURE, cause)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
