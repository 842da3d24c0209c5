// The Node that runs the project: the one pinned in package-lock.json where npm has it for this system, otherwise the
// running one when it is new enough to run TypeScript by itself.
import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { root, SetupError } from './steps.mjs'

const binDir = join(root, 'node_modules', '.bin')

/** From 24.2 Node runs TypeScript without a flag and knows `await using` and `import.meta.main`. */
const minimal = [24, 2]

export function findNode() {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  // Run it: on a system with another libc the file is there and does not start.
  if (spawnSync(pinned, ['--version']).status === 0) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > minimal[0] || (major === minimal[0] && minor >= minimal[1])) return process.execPath
  throw new SetupError(
    `npm has no pinned Node for ${process.platform}-${process.arch}, and Node ${process.versions.node} is too old`,
    `Install Node 24 (at least ${minimal.join('.')}) and run the same command again.`,
  )
}

/** The environment of everything that runs after the packages are installed. */
export function innerEnvironment(node) {
  return { ...process.env, PATH: [dirname(node), binDir, process.env.PATH].join(delimiter) }
}

/** PATH without this clone's own binaries, for the npm that replaces them. */
export function outerEnvironment() {
  const inside = join(root, 'node_modules')
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.startsWith(inside))
  return { ...process.env, PATH: path.join(delimiter) }
}
