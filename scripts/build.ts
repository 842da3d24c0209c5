import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// `npm run build`: JavaScript and declarations of src/ and storage/ in dist/, for installed packages, where Node strips no types.
// `dist/` repeats the folders of the repository, so that a path relative to a module means the file built from the same.
const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

// What was made from sources that are gone goes; dist/web is another script's.
for (const name of existsSync(dist) ? readdirSync(dist) : []) {
  if (name !== 'web') rmSync(join(dist, name), { recursive: true })
}
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (status === 0) {
  // The WASM verifier and the development keys are data beside the code.
  for (const folder of ['src/bus/verifier', 'storage/certificate/key']) {
    const assets = join(root, folder)
    if (!existsSync(assets)) continue
    cpSync(assets, join(dist, folder), { recursive: true, filter: (path) => !path.endsWith('.ts') })
  }
}
if (status === 0) {
  // Declarations that others import by a path of the repository.
  cpSync(join(root, 'folding/index.d.ts'), join(dist, 'folding/index.d.ts'))
  // Whoever installs the package on this kind of machine need not build the prover.
  const addon = join(root, 'folding/wsc-folding.node')
  const brought = join(dist, 'prebuilt', `${process.platform}-${process.arch}`)
  if (existsSync(addon)) cpSync(addon, join(brought, 'wsc-folding.node'))
}
process.exitCode = status ?? 1
