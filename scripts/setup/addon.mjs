// The Node addon of folding/, by cargo, unless it was built from these very sources.
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { hashFiles, listFiles, readStamp, writeStamp } from './stamp.mjs'
import { root, SetupError, say, stateDir, step } from './steps.mjs'

const crate = join(root, 'folding')
const addon = join(crate, 'wsc-folding.node')
const stampFile = join(stateDir, 'addon.stamp')

export async function buildAddon(abort) {
  const sources = listFiles(crate, (path) => /^target$|\.node(\.new)?$|\.md$/.test(path))
  const wanted = hashFiles(crate, sources, `${process.platform}-${process.arch}`)
  if (existsSync(addon) && readStamp(stampFile) === wanted) return say('folding addon: up to date')
  const takes = 'once, usually 1 to 3 minutes on two cores'
  const targetDir = process.env.CARGO_TARGET_DIR || join(crate, 'target')
  const build = ['cargo', 'build', '--release', '--locked', '--features', 'addon', '--target-dir', targetDir]
  await step('build the folding addon (cargo)', build, { cwd: crate, abort, takes })
  const library = ['libwsc_folding.so', 'libwsc_folding.dylib']
    .map((name) => join(targetDir, 'release', name))
    .find((path) => existsSync(path))
  if (!library) throw new SetupError('cargo built no shared library', `Look into ${join(targetDir, 'release')}.`)
  await step('load the folding addon', [process.execPath, '-e', `process.dlopen(module, ${JSON.stringify(library)})`], {
    abort,
  })
  // By rename: a running Node may have the old addon mapped, and overwriting a mapped file crashes it.
  copyFileSync(library, `${addon}.new`)
  renameSync(`${addon}.new`, addon)
  mkdirSync(stateDir, { recursive: true })
  writeStamp(stampFile, wanted)
}
