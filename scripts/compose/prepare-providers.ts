import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { regtest } from '../../src/bitcoin/index.ts'
import { compileGraph, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { createWallet, settlementPlaces } from '../../src/settlement/io/index.ts'
import { stepsKeys, winKeys } from '../../storage/io/index.ts'

/**
 * The service `prepare` of docker-compose.yml, before any provider starts: makes each provider whose folder is named a
 * wallet, in a file of mode 0600 on its own volume, and once for all of them what wins, certificates and the
 * compute nodes' graph are proved by.
 * What is there already stays.
 */
const homes = process.argv.slice(2)
if (homes.length === 0) throw new Error('usage: prepare-providers.ts FOLDER…')

for (const home of homes) {
  const { wallet } = settlementPlaces(home, regtest)
  const isThere = await stat(wallet).then(
    () => true,
    () => false,
  )
  if (isThere) continue
  const { publicKey, address } = await createWallet(wallet, { params: regtest })
  console.log(JSON.stringify({ wallet, provider: bytesToHex(publicKey), address }))
}
await winKeys()
await stepsKeys()
// And what the compute nodes' graph is proved by.
const graph = fileURLToPath(new URL('../../graphs/header-count', import.meta.url))
await setUpGraph(await compileGraph(await readGraph(graph)))
