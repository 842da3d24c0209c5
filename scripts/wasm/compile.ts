import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crateSources } from './sources.ts'
import { cargo, registrySources, rustSource, wasmOpt } from './toolchain.ts'

const TARGET = 'wasm32-unknown-unknown'

/** What rustc takes for granted on wasm32 since 1.82, for wasm-opt. */
const FEATURES = [
  'bulk-memory',
  'sign-ext',
  'mutable-globals',
  'nontrapping-float-to-int',
  'multivalue',
  'reference-types',
]

/**
 * Compiles `folding/` for WebAssembly in `work` and returns the optimised module.
 *
 * The standard library is built along (`-Zbuild-std`), because no channel but the toolchain's own has it compiled. The
 * crate is copied first, so that nothing but its sources can have a part in it. Paths are mapped away and one codegen unit
 * is used, so the same sources give the same bytes anywhere.
 */
export async function compileWasm(root: string, work: string, say: (line: string) => void): Promise<Uint8Array> {
  const { command, env } = cargo()
  const std = await rustSource(env, say)
  const optimiser = wasmOpt(say)
  const crate = join(work, 'crate')
  rmSync(crate, { recursive: true, force: true })
  for (const file of crateSources(root)) {
    mkdirSync(dirname(join(crate, file)), { recursive: true })
    cpSync(join(root, 'folding', file), join(crate, file), { preserveTimestamps: true })
  }
  say('compiling (about 4 CPU-minutes when clean)')
  const flags = [[crate, '/wsc'], [std, '/rust'], ...registrySources().map((path) => [path, '/registry'])].map(
    ([from, to]) => `--remap-path-prefix=${from}=${to}`,
  )
  const args = ['build', '--release', '--lib', '--target', TARGET, '-Zbuild-std=std,panic_abort']
  const { status } = spawnSync(command, args, {
    cwd: crate,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...env,
      RUSTC_BOOTSTRAP: '1', // -Zbuild-std on a stable compiler
      __CARGO_TESTS_ONLY_SRC_ROOT: join(std, 'library'),
      CARGO_TARGET_DIR: join(work, 'target'),
      CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'),
      CARGO_PROFILE_RELEASE_PANIC: 'abort',
      CARGO_PROFILE_RELEASE_LTO: 'fat',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '1',
      CARGO_PROFILE_RELEASE_STRIP: 'symbols',
    },
  })
  if (status !== 0) throw new Error('the crate does not compile for WebAssembly')
  say('optimising')
  const built = join(work, 'target', TARGET, 'release/wsc_folding.wasm')
  const optimised = join(work, 'wsc-folding.wasm')
  const enabled = FEATURES.map((feature) => `--enable-${feature}`)
  execFileSync(process.execPath, [optimiser, built, '-O3', ...enabled, '-o', optimised], { stdio: 'inherit' })
  return new Uint8Array(readFileSync(optimised))
}
