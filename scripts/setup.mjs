// The entry of `npm test`, `npm run demo` and their like: prepares a fresh clone for the named target, then starts
// the target's own npm scripts as new processes under the pinned Node. Plain JavaScript without dependencies, because it
// runs under the machine's own Node (18 or later) before anything is installed; a shell that already runs the old
// `node` would keep it, hence the new process.
import { buildAddon } from './setup/addon.mjs'
import { withLock } from './setup/lock.mjs'
import { findNode, innerEnvironment } from './setup/node.mjs'
import { installPackages } from './setup/packages.mjs'
import { buildProbe } from './setup/probe.mjs'
import { runHere, SetupError, say, step, together } from './setup/steps.mjs'
import { checkCargo, checkCompiler, checkNode } from './setup/toolchain.mjs'

// The scripts of package.json that a target runs when everything is there; each runs even if the one before it failed.
const targets = {
  setup: { inner: [], options: { '--verify-only': 'only what verifying needs: no cargo, no compiler' } },
  test: { inner: ['check', 'test:inner'] },
  'test:full': { inner: ['test:rust:inner', 'test:compose:inner', 'test:full:inner'] },
  'test:compose': { inner: ['test:compose:inner'] },
  'test:soak': { inner: ['test:soak:inner'], env: { WSC_SOAK: '1' } },
  demo: { inner: ['demo:inner'] },
  bench: { inner: ['bench:inner'] },
}

/** What every target needs: packages, and (unless only verifying) the addon, bitcoind and the development keys. */
async function prepare(verifyOnly) {
  const begun = Date.now()
  await installPackages()
  const node = findNode()
  if (verifyOnly) {
    say('set up for verifying: npx --no-install wsc bus verify FILE (by the WASM verifier; proving needs cargo)')
    return
  }
  checkCompiler()
  checkCargo()
  const env = innerEnvironment(node)
  // bitcoind is a download, the circuit one core's work, cargo everything else: together they take little longer
  // than cargo alone.
  await together([
    (abort) => buildAddon(abort),
    (abort) => buildProbe(abort),
    (abort) => step('get bitcoind', [node, 'bitcoin-regtest/get-bitcoind.ts'], { env, abort }),
    (abort) => step('compile the step circuit', [node, 'scripts/prepare.ts', 'circuit'], { env, abort }),
  ])
  await step('make the development keys', [node, 'scripts/prepare.ts', 'keys'], { env })
  say(`ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`)
}

/** Help of a target without arguments of its own; the others hand theirs on to their inner script. */
function help(target, options) {
  const lines = Object.entries({ ...options, '--help': 'this' }).map(([name, does]) => `  ${name.padEnd(15)}${does}`)
  return [
    `usage: npm run ${target} -- [options]`,
    '',
    'Packages (Node 24 among them), the Rust addon, bitcoind and the development keys: all that the other targets need.',
    'What is there and up to date is kept. The first time takes 2 to 10 minutes.',
    '',
    ...lines,
  ].join('\n')
}

async function main() {
  const [target = 'setup', ...rest] = process.argv.slice(2)
  const plan = Object.hasOwn(targets, target) ? targets[target] : undefined
  if (!plan) throw new SetupError(`no target "${target}"`, `one of: ${Object.keys(targets).join(', ')}`)
  if (plan.inner.length === 0) {
    if (rest.includes('--help') || rest.includes('-h')) return console.log(help(target, plan.options))
    const unknown = rest.find((argument) => !Object.hasOwn(plan.options, argument))
    if (unknown !== undefined) throw new SetupError(`unknown argument ${unknown}`, help(target, plan.options))
  }
  const verifyOnly = target === 'setup' && rest.includes('--verify-only')
  checkNode()
  await withLock(() => prepare(verifyOnly))
  const env = { ...innerEnvironment(findNode()), ...plan.env }
  for (const script of plan.inner) {
    // Arguments of the user's are for the last script, the target proper.
    const more = script === plan.inner.at(-1) && rest.length > 0 ? ['--', ...rest] : []
    const exitCode = await runHere('npm', ['run', '--silent', script, ...more], env)
    process.exitCode ||= exitCode
    if (exitCode > 128) return
  }
}

main().catch((error) => {
  if (!(error instanceof SetupError)) throw error
  console.error(`\nwsc setup: ${error.message}\n  ${error.cure.split('\n').join('\n  ')}`)
  process.exitCode = error.exitCode
})
