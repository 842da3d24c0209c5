// Chromium, which drives the web page's test. `node scripts/setup/chromium.mjs find` says where it is; without `find` it
// is also installed where it is missing, as root on Debian or Ubuntu (so in CI). Elsewhere the cure is named.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const places = [
  '/usr/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export const chromiumCure =
  'Install Chromium (Debian: apt-get install chromium), or name one by WSC_CHROMIUM=/path/to/chromium.'

/** The browser named by WSC_CHROMIUM, or one on PATH or in its usual place; undefined when there is none. */
export function findChromium(env = process.env) {
  if (env.WSC_CHROMIUM) return env.WSC_CHROMIUM
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...places].find(isProgram)
}

/** Installs it where that needs no question: as root, by apt. Returns its path, or undefined. */
export function installChromium() {
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) return undefined
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 600_000,
    }).status === 0
  apt('update')
  if (!apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation')) return undefined
  return findChromium()
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
  const found = findChromium() ?? (process.argv[2] === 'find' ? undefined : installChromium())
  if (found) console.log(found)
  else {
    console.error(`wsc setup: no Chromium. ${chromiumCure}`)
    process.exitCode = 2
  }
}
