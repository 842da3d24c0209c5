import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// `npm run build`: JavaScript and declarations of src/ in dist/, for installed packages, where Node strips no types.
// Folders keep their depth, so that a path relative to a module means the same file in src/ and in dist/.
const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

// What was made from sources that are gone goes; dist/web is another script's.
for (const name of existsSync(dist) ? readdirSync(dist) : []) {
  if (name !== 'web') rmSync(join(dist, name), { recursive: true })
}
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (status === 0) {
  // The WASM verifier and its development key are data beside the code.
  const verifier = 'bus/verifier'
  const assets = join(root, 'src', verifier)
  if (existsSync(assets)) {
    cpSync(assets, join(dist, verifier), { recursive: true, filter: (path) => !path.endsWith('.ts') })
  }
}
process.exitCode = status ?? 1
