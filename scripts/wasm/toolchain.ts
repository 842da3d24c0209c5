import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isolatedApt } from '../../bitcoin-regtest/isolated-apt.ts'
import { cacheDirectory } from '../../src/proving/io/cache.ts'

/** Rust and its standard library's source, of one version: the module is reproducible under it. */
export const RUST = '1.95.0'
/** wasm-opt, from npm by content hash. */
const BINARYEN = '132.0.0'
const BINARYEN_INTEGRITY =
  'sha512-4Usg7yEvwO3FMso3Oov6qkOOHSod1IEv+boKkh77kTljM+eNBouqCTbqWswGzbG+vDNO/b/v2C4gfEh1WgB9Lg=='

type Say = (line: string) => void

/** The cargo that is used, as a command and its first arguments: the version above, however it is installed. */
export function cargo(): { readonly command: string; readonly env: NodeJS.ProcessEnv } {
  const env = { ...process.env, RUSTUP_TOOLCHAIN: RUST }
  const version = execFileSync('rustc', ['--version'], { env, encoding: 'utf8' })
  if (version.startsWith(`rustc ${RUST} `)) return { command: 'cargo', env }
  throw new Error(`Rust ${RUST} is needed and rustc is ${version.trim()}: \`rustup toolchain install ${RUST}\``)
}

/** The source of Rust's standard library, which no toolchain brings compiled for wasm32 without its own download. */
export async function rustSource(env: NodeJS.ProcessEnv, say: Say): Promise<string> {
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { env, encoding: 'utf8' }).trim()
  const kept = join(cacheDirectory(), `rust-src-${RUST}`)
  const places = [process.env.WSC_RUST_SRC, join(sysroot, 'lib/rustlib/src/rust'), kept]
  const found = places.find((place) => place !== undefined && existsSync(join(place, 'library/std/Cargo.toml')))
  if (found !== undefined) return found
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(`the standard library's source is needed: \`rustup component add rust-src --toolchain ${RUST}\``)
  }
  say(`fetching Debian's rust-src ${RUST} into ${kept}`)
  mkdirSync(cacheDirectory(), { recursive: true })
  const work = mkdtempSync(join(cacheDirectory(), 'rust-src-'))
  try {
    const apt = await isolatedApt(work)
    const run = (file: string, args: readonly string[]) =>
      execFileSync(file, [...args], { env: apt, cwd: work, stdio: ['ignore', 'ignore', 'inherit'] })
    run('apt-get', ['-q', 'update'])
    run('apt-get', ['-q', 'download', `rust-src=${RUST}*`])
    const file = readdirSync(work).find((name) => name.endsWith('.deb'))
    if (file === undefined) throw new Error(`Debian has no rust-src ${RUST}`)
    run('dpkg-deb', ['-x', file, 'unpacked'])
    renameSync(join(work, `unpacked/usr/src/rustc-${RUST}`), kept)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return kept
}

/** binaryen's `wasm-opt`, a JavaScript program. */
export function wasmOpt(say: Say): string {
  const folder = join(cacheDirectory(), `binaryen-${BINARYEN}`)
  const program = join(folder, 'node_modules/binaryen/bin/wasm-opt')
  if (!existsSync(program)) {
    say(`fetching binaryen ${BINARYEN}`)
    mkdirSync(folder, { recursive: true })
    const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `binaryen@${BINARYEN}`]
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder })
  }
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  if (lock.packages['node_modules/binaryen'].integrity === BINARYEN_INTEGRITY) return program
  rmSync(folder, { recursive: true, force: true })
  throw new Error(`binaryen ${BINARYEN} is not the package that is pinned here`)
}

/** Where cargo keeps the sources of crates: a path that must not get into the module. */
export function registrySources(): string[] {
  const folder = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}
