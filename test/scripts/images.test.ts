import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { baseImageOf, releaseOf } from '../../scripts/compose/base-image.ts'
import { dockerignore, runtimePackages } from '../../scripts/dockerignore.ts'

interface LockedPackage {
  readonly dev?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> }

/** Packages below node_modules that these need, themselves included; what lies nested comes with its folder. */
function closure(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue
    found.add(name)
    const nested = Object.entries(lock.packages).filter(([path]) =>
      path.startsWith(`node_modules/${name}/node_modules/`),
    )
    const needed = [lock.packages[`node_modules/${name}`], ...nested.map(([, each]) => each)]
    closure(
      needed.flatMap((each) => Object.keys(each?.dependencies ?? {})),
      found,
    )
  }
  return found
}

describe('the images', () => {
  it('hold every package that is needed at run time, found by following the dependencies, and no other', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>
    }
    const needed = [...closure(Object.keys(dependencies))]
    const listed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .map((line) => /^!node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(line)?.[1])
      .filter((name) => name !== undefined)
    expect(listed.sort()).toEqual(needed.sort())
  })

  it('get what the lock file gives, as `npm run check` compares', () => {
    const committed = readFileSync('.dockerignore', 'utf8')
    expect(committed).toBe(dockerignore(lock))
    const packages = { ...lock.packages, 'node_modules/mr': {}, 'node_modules/a/node_modules/b': {} }
    expect(dockerignore({ packages })).toBe(
      committed.replace('!node_modules/ms\n', '!node_modules/mr\n!node_modules/ms\n'),
    )
    const others = {
      'node_modules/x': { dev: true },
      'node_modules/y': { optional: true },
      'node_modules/z': { link: true },
    }
    expect(runtimePackages({ packages: others })).toEqual([])
  })

  it('stand on one base, pinned by its day', async () => {
    const base = await baseImageOf('Dockerfile')
    expect(base).toMatch(/^debian:[a-z]+-[0-9]{8}-slim$/)
    expect(await baseImageOf('bitcoin-regtest/Dockerfile')).toBe(base)
  })
})

describe('releaseOf', () => {
  it.each([
    ['debian:trixie-20251020-slim', 'trixie'],
    ['debian:trixie-slim', 'trixie'],
    ['debian:13', undefined],
    ['alpine:3.22', undefined],
  ])('%s: %s', (image, release) => expect(releaseOf(image)).toBe(release))
})
