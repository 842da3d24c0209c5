/**
 * Mines what the forgery tests need and mined-nonces.json lacks. A minute on one core; needs gcc on x86-64:
 *
 *   node test/circuits/mine-nonces.ts
 */
import { startNativeMiner } from '../support/native-miner.ts'
import { allForgeries } from './forgeries/all.ts'
import { MissingNonce, rememberNonce } from './mined-nonces.ts'

const miner = startNativeMiner()
for (const { rule, name, attempt } of allForgeries) {
  for (;;) {
    try {
      attempt()
      break
    } catch (cause) {
      if (!(cause instanceof MissingNonce)) throw cause
      const found = await miner.mine(cause.template, cause.range)
      if (found === undefined) throw new Error(`${rule}, ${name}: no nonce fits`, { cause })
      rememberNonce(cause.template, found.nonce)
      process.stderr.write(`${rule}: ${name}\n`)
    }
  }
}
miner.stop()
