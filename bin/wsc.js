#!/usr/bin/env node
// The `wsc` command. Plain JavaScript that any Node from 18 on can read: it looks at the version it runs under and, if
// that is too old, starts itself again with the Node pinned in package-lock.json. In a clone it runs the TypeScript
// sources, in an installed package (where Node strips no types) the built JavaScript.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/src/cli/main.js', import.meta.url)
const inClone = existsSync(source)
// TypeScript as it stands, `await using` among it, runs from 24.2 on; built JavaScript on 22.
const minimal = inClone ? [24, 2] : [22, 0]
const [major, minor] = process.versions.node.split('.').map(Number)

// Exit code 2: nothing was judged.
function fail(message) {
  console.error(`wsc: ${message}`)
  process.exit(2)
}

function findPinned() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`)
  } catch {
    return undefined
  }
}

function restart(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, WSC_RESTARTED: '1' },
  })
  // Whether the child was sent it too, as by a terminal's Ctrl-C, cannot be known here: the child takes what comes twice
  // within a second for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => fail(`${node} cannot be started: ${error.message}`))
  child.once('close', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

if (major > minimal[0] || (major === minimal[0] && minor >= minimal[1])) {
  const main = inClone ? source : built
  try {
    await import(main.href)
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    fail(
      `${error.message}\nIn a clone, run \`npm run setup\` first; without cargo, \`npm run setup -- --verify-only\`.`,
    )
  }
} else {
  const pinned = findPinned()
  if (pinned && !process.env.WSC_RESTARTED) restart(pinned)
  else {
    const cure = inClone ? 'run `npm run setup` in the clone, or install Node 24' : 'install Node 24'
    fail(`Node ${minimal.join('.')} or later is needed, this is ${process.versions.node}: ${cure}`)
  }
}
