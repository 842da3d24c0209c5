/**
 * `node bitcoin-regtest/get-bitcoind.ts [--json]`: makes sure there is a bitcoind and prints its path (or, with
 * --json, `{path, source, version, knots}`) on stdout; progress goes to stderr. Needs nothing installed but Node 24.
 */
import { getBitcoind } from './bitcoind.ts'
import { BitcoindUnavailableError } from './errors.ts'

try {
  const bitcoind = await getBitcoind({ onProgress: (line) => console.error(`bitcoind: ${line}`) })
  console.log(process.argv.includes('--json') ? JSON.stringify(bitcoind) : bitcoind.path)
} catch (error) {
  if (!(error instanceof BitcoindUnavailableError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
