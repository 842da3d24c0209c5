// A server of proving jobs, Valkey or Redis, for the tests of queues. `node scripts/setup/redis.mjs find` says where it is;
// without `find` it is also installed where it is missing, as root on Debian or Ubuntu (so in CI). Elsewhere the cure is named.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const names = ['valkey-server', 'redis-server']

export const redisCure =
  'Install Valkey or Redis (Debian: apt-get install redis-server), or name one by WSC_REDIS_SERVER=/path/to/redis-server.'

/** The server named by WSC_REDIS_SERVER, or one on PATH; undefined when there is none. */
export function findRedis(env = process.env) {
  if (env.WSC_REDIS_SERVER) return env.WSC_REDIS_SERVER
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

/** Installs it where that needs no question: as root, by apt. Returns its path, or undefined. */
export function installRedis() {
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) return undefined
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      // In run level 1 the package starts no service of its own.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
      timeout: 600_000,
    }).status === 0
  apt('update')
  if (!apt('install', '-y', '--no-install-recommends', 'redis-server')) return undefined
  return findRedis()
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = findRedis() ?? (process.argv[2] === 'find' ? undefined : installRedis())
  if (found) console.log(found)
  else {
    console.error(`wsc setup: no Valkey or Redis. ${redisCure}`)
    process.exitCode = 2
  }
}
