// `npm ci`, unless node_modules was made by it from this very lock file.
import { join } from 'node:path'
import { outerEnvironment } from './node.mjs'
import { hashFiles, readStamp, writeStamp } from './stamp.mjs'
import { root, say, step } from './steps.mjs'

// npm ci empties node_modules first, and the stamp with it: an interrupted install leaves none.
const stampFile = join(root, 'node_modules', '.wsc-stamp')

export async function installPackages() {
  const wanted = hashFiles(root, ['package-lock.json'], `${process.platform}-${process.arch}`)
  if (readStamp(stampFile) === wanted) return say('packages: up to date')
  // No dependency needs its install script: classic-level and esbuild bring prebuilt binaries as packages.
  await step('install packages (npm ci)', ['npm', 'ci', '--ignore-scripts', '--include=dev', '--include=optional'], {
    env: outerEnvironment(),
  })
  writeStamp(stampFile, wanted)
}
