import { providerPublication, withdrawalPublication } from '../../../storage/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { loadPeerKey } from '../../p2p/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { withTableOptions } from '../storage-place.ts'
import { type PublishOptions, publish, withPayment } from '../storage-publish.ts'

const HELP = `
The key counts from 144 blocks after the record's on (6 on regtest and custom networks), for a year of blocks; register again
to renew it. Tips go to its address.
`

export const addStorageRegister: AddCommand = (parent, run) => {
  withPayment(withTableOptions(parent.command('register')))
    .option('--dry-run', 'tell the cost and send nothing')
    .description('inscribe that the wallet’s key provides, by the peer of --storage-dir; both sign')
    .addHelpText('after', HELP + examples('storage register --network regtest', 'storage register --dry-run'))
    .action(
      run(async (context, options: PublishOptions) => {
        return await publish(context, options, async (wallet, { places, service, storage }) => {
          const { name, key, secretKey } = await loadPeerKey(places.identity)
          context.terminal.note(`peer ${name} provides for ${bytesToHex(wallet.publicKey)}`)
          if (options.dryRun === true) {
            const next = (service.tip?.height ?? 0) + 1
            const counts = `counts from height ${next + storage.providerDelay} on`
            context.terminal.note(`if its record is in the next block, at height ${next}, that ${counts}`)
          }
          return providerPublication(storage, wallet.publicKey, { key, secretKey })
        })
      }),
    )
}

export const addStorageRetire: AddCommand = (parent, run) => {
  withPayment(withTableOptions(parent.command('retire')))
    .option('--dry-run', 'tell the cost and send nothing')
    .description('inscribe that the wallet’s key provides no longer: advice to others')
    .addHelpText('after', examples('storage retire --network regtest'))
    .action(run(async (context, options: PublishOptions) => await publish(context, options, withdrawalPublication)))
}
