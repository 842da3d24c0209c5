// A program of the machine that a test drives: named by the environment, on PATH or in a usual place; installed where that needs
// no question, as root on Debian or Ubuntu (so in CI). Elsewhere the cure is named.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The command of a module that finds one such program: with `find` it says where it is, else it is also installed.
 *
 * @param {string} module its import.meta.url: imported, it runs nothing
 * @param {{ what: string, variable: string, names: string[], places: string[], packages: string[], env?: object, cure: string }} program
 */
export function runFinder(module, program) {
  if (!process.argv[1] || module !== pathToFileURL(process.argv[1]).href) return
  const found = find(program) ?? (process.argv[2] === 'find' ? undefined : install(program))
  if (found) return console.log(found)
  console.error(`wsc setup: no ${program.what}. ${program.cure}`)
  process.exitCode = 2
}

function find({ variable, names, places }) {
  if (process.env[variable]) return process.env[variable]
  const folders = (process.env.PATH ?? '').split(delimiter)
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...places].find(isProgram)
}

function install(program) {
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) return undefined
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...program.env },
      timeout: 600_000,
    }).status === 0
  apt('update')
  return apt('install', '-y', '--no-install-recommends', ...program.packages) ? find(program) : undefined
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
