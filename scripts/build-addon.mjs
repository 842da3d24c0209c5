// `node scripts/build-addon.mjs`: the folding addon alone, from source; in a clone and in an installed package, where
// `wsc setup --addon` runs it. Needs cargo and a C toolchain, and says so.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildAddon } from './setup/addon.mjs'
import { withLock } from './setup/lock.mjs'
import { root, SetupError } from './setup/steps.mjs'
import { checkCargo, checkCompiler } from './setup/toolchain.mjs'

async function main() {
  checkCompiler()
  checkCargo(['What only verifies works without it.'])
  await withLock(() => buildAddon()).catch((error) => {
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error
    throw new SetupError(`${root} cannot be written to`, 'Install the package where you may write.', { cause: error })
  })
  // A gigabyte that serves only whoever works on the sources.
  if (!existsSync(join(root, 'src'))) rmSync(join(root, 'folding/target'), { recursive: true, force: true })
}

main().catch((error) => {
  if (!(error instanceof SetupError)) throw error
  console.error(`wsc setup: ${error.message}\n  ${error.cure.split('\n').join('\n  ')}`)
  process.exitCode = error.exitCode
})
