// The entry of `npm run bitcoind`: plain JavaScript, so that a Node which runs no TypeScript says what is lacking.
import { findNode, innerEnvironment } from './setup/node.mjs'
import { runHere, SetupError } from './setup/steps.mjs'

try {
  const node = findNode()
  process.exitCode = await runHere(
    node,
    ['bitcoin-regtest/get-bitcoind.ts', ...process.argv.slice(2)],
    innerEnvironment(node),
  )
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(
    `bitcoind: Node ${process.versions.node} cannot get it before set-up, which brings another: npm run setup`,
  )
  process.exitCode = 2
}
