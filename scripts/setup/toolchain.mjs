// What the machine must bring itself. "Is there" means that the program runs: with an empty HOME, rustup's cargo is
// on PATH and refuses to start.
import { spawnSync } from 'node:child_process'
import { SetupError } from './steps.mjs'

const minimalNode = 18
const minimalCargo = [1, 89]

export function checkNode() {
  if (Number(process.versions.node.split('.')[0]) >= minimalNode) return
  throw new SetupError(
    `Node ${process.versions.node} is too old, ${minimalNode} or later is needed to set up`,
    'Install a current Node from https://nodejs.org or your distribution.',
  )
}

export function checkCompiler() {
  if (runs('cc', ['--version']) !== undefined) return
  throw new SetupError(
    'no C toolchain: `cc --version` does not run',
    'Debian, Ubuntu: apt install build-essential. Fedora: dnf install gcc make. macOS: xcode-select --install.',
  )
}

/** What to do without cargo, in a clone. */
const verifyOnly = [
  'What only verifies works without it, by the WASM verifier that comes with the clone:',
  '  npm run setup -- --verify-only',
  '  npx --no-install wsc bus verify FILE',
]

export function checkCargo(without = verifyOnly) {
  const said = runs('cargo', ['--version'])
  const version = said?.match(/^cargo (\d+)\.(\d+)/)
  const found = version ? [Number(version[1]), Number(version[2])] : undefined
  if (found && (found[0] > minimalCargo[0] || (found[0] === minimalCargo[0] && found[1] >= minimalCargo[1]))) return
  throw new SetupError(
    `cargo ${minimalCargo.join('.')} or later is needed to build the prover, ` +
      (said === undefined ? '`cargo --version` does not run here' : `found: ${said}`),
    [
      'Install Rust from https://rustup.rs (or `rustup update stable`), then run the same command again.',
      ...without,
    ].join('\n'),
  )
}

/** First line of a program's output, or undefined when it does not run. */
function runs(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
  return status === 0 ? stdout.split('\n')[0].trim() : undefined
}
