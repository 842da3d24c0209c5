import { freeOrOther, type HasFlag, settlementFlag } from './has-flag.ts'

/** Settlement's cures in this program's flags and commands, and in bitcoind's (`cure.ts`). */
export const SETTLEMENT_CURES = {
  'accelerate-job': (job: string) => `\`wsc inscribe accelerate ${job}\` has a child pay for it`,
  'coins-or-allow': () => 'send others there and wait until they are confirmed, or let these pay by --allow-inscribed',
  'create-wallet': () => 'make one by `wsc wallet create`, with the same --network and --wallet',
  'enable-wallets': () => 'start it without -disablewallet',
  'forget-job': (job: string) => `once that is deep enough: \`wsc inscribe forget ${job}\`, and inscribe again`,
  'forget-unmade-job': (job: string) =>
    'name another node by --rpc, if this one is on another chain than most; or, once it is sure that it does not come back: ' +
    `\`wsc inscribe forget ${job}\`, and inscribe again, which other coins pay for`,
  'free-or-other-settlement-dir': (_, has) => freeOrOther(settlementFlag(has), has),
  'fund-bitcoind-wallet': (name: string) =>
    `send coins to it (bitcoin-cli -rpcwallet=${name} getnewaddress) and wait until they are confirmed`,
  'give-fee-rate': () => 'give --fee-rate, or wait',
  'give-passphrase': () => 'set WSC_WALLET_PASSPHRASE_FILE (or WSC_WALLET_PASSPHRASE)',
  'higher-fee-rate': () => 'try a higher --fee-rate',
  'index-anew': (_, has) =>
    'name the node by --rpc that the index was made from; or remove the index, the folder `index` of the ' +
    `${has('--settlement-dir') ? 'settlement directory' : 'provider or gateway in the storage directory'}, or name ` +
    `another ${settlementFlag(has)}, and it is made anew`,
  'keep-jobs-aside': () =>
    'keep a copy of the folder, and name another --settlement-dir. What was confirmed is on the chain, and coins that ' +
    'no job under way has spent are in the wallet’s address; the copy may hold what a commit that waits needs',
  'list-jobs': () => '`wsc inscribe resume` tells those that are not final',
  'load-wallet': (name: string) =>
    `load it: bitcoin-cli loadwallet ${name}; \`bitcoin-cli listwallets\` names those that are`,
  'make-private': (file: string) => `move its coins if they could have; then chmod 600 ${file}`,
  'other-network-or-wallet': () => 'name the network with --network, or another wallet with --wallet',
  'other-settlement-dir': (_, has) => `name another ${settlementFlag(has)}`,
  'raise-fee-cap': () => 'wait for lower fees, or raise the cap by --max-fee-rate',
  'remove-index': () => 'remove the folder, and it is made again from the node',
  resume: () => '`wsc inscribe resume` goes on',
  'resume-later': () => '`wsc inscribe resume` sends it again',
  'segwit-coins': () =>
    'send its coins to an address of its own from `getnewaddress "" bech32`, or lock that one (lockunspent)',
  'send-coins': (address: string) => `send coins to ${address} and wait until they are confirmed`,
  'send-ticket': () => '`wsc compute ticket status FILE` tells how it stands, and sends it again where it waits',
  'signing-wallet': () => 'name one that holds the keys of its coins',
  'wait-or-earlier-start': () => 'wait until the node has more blocks, or name an earlier --start-height',
  'give-ticket': () => 'name its file by --ticket',
  'ticket-anew': () => 'make another by `wsc compute ticket create`, and give it to all of the group',
  'ticket-waits': () => 'wait for the next block',
  'unlock-wallet': (name: string) =>
    `unlock it for a minute: bitcoin-cli -rpcwallet=${name} -stdinwalletpassphrase walletpassphrase 60`,
} as const satisfies Readonly<Record<string, (subject: string, has: HasFlag) => string>>
