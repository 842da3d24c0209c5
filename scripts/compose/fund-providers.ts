import { join } from 'node:path'
import { z } from 'zod'
import { regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { loadPeerKey } from '../../src/p2p/index.ts'
import { InscriberService, openWallet, RecordPublisher, settlementPlaces } from '../../src/settlement/io/index.ts'
import { providerPublication, storageParams } from '../../storage/index.ts'
import { storageFolder } from '../../storage/io/index.ts'

/**
 * The service `fund` of docker-compose.yml: gives the providers whose folders are named coins that it mines on the stack's
 * own regtest chain, for their wallets of the service `prepare`, and has each register. Done again it funds and registers them again.
 */
const homes = process.argv.slice(2)
const { WSC_RPC: url = '', WSC_RPC_COOKIE: file = '' } = process.env
if (homes.length === 0 || url === '' || file === '') {
  throw new Error('usage: WSC_RPC=URL WSC_RPC_COOKIE=FILE fund-providers.ts FOLDER…')
}

/** Coins of a coinbase can be spent a hundred blocks later (Core: COINBASE_MATURITY). */
const MATURITY = 100

const client = new BitcoindClient({ url, auth: { kind: 'cookie', file } })
const params = storageParams(regtest)
const mine = async (blocks: number, address: string) => {
  // One by one: a busy machine takes long for a hundred.
  const call = { method: 'generatetoaddress', params: [1, address], schema: z.array(z.string()) }
  for (let i = 0; i < blocks; i++) await client.call(call)
}

try {
  const wallets = []
  for (const home of homes) {
    const places = settlementPlaces(home, regtest)
    wallets.push({ home, places, wallet: await openWallet(places.wallet, { params: regtest }) })
  }
  for (const { wallet } of wallets) await mine(1, wallet.address)
  await mine(MATURITY, wallets[0]?.wallet.address as string)
  for (const { home, places, wallet } of wallets) {
    const inscriber = new InscriberService({ client, wallet, state: places.state })
    await inscriber.start()
    try {
      const peer = await loadPeerKey(join(storageFolder(home, regtest), 'peer.json'))
      await new RecordPublisher({ inscriber, client, wallet }).publish(
        providerPublication(params, wallet.publicKey, peer),
      )
      const { name } = peer
      console.log(JSON.stringify({ provider: bytesToHex(wallet.publicKey), peer: name, address: wallet.address }))
    } finally {
      await inscriber.stop()
    }
  }
  // Until those that were relayed are in a block, and all of them count.
  await mine(1 + params.providerDelay, wallets[0]?.wallet.address as string)
} finally {
  client.close()
}
