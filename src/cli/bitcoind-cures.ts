import { either, type HasFlag } from './has-flag.ts'

const anew = (has: HasFlag) =>
  `remove what was kept of the old chain, or name another place for it (${either(PLACES, has)})`

const PLACES = ['--settlement-dir', '--storage-dir', '--data-dir']

/** What may be done about a bitcoind that is of no use. */
export const BITCOIND_CURES: Readonly<Record<string, (subject: string, has: HasFlag) => string>> = {
  'allow-request': () => 'allow this address (rpcallowip) and the method (rpcwhitelist) in the node’s bitcoin.conf',
  credentials: () => 'name bitcoind’s cookie by --rpc-cookie, or set WSC_RPC_USER and WSC_RPC_PASSWORD_FILE',
  'check-address': () => 'check that the address (--rpc) is the RPC port of a Bitcoin node',
  'check-address-or-restart': () => 'check that the address (--rpc) is a Bitcoin node’s RPC port, or restart the node',
  'check-node': () => 'check that it is a Bitcoin node, and that its database is undamaged',
  'other-network-or-node': () => 'name the network by --network, or another node by --rpc',
  'raise-work-queue': () => 'raise rpcworkqueue in its bitcoin.conf if this lasts',
  'right-cookie': (file) => `is ${file} the cookie of this very node? Name the right one by --rpc-cookie`,
  'right-password': () => 'check WSC_RPC_USER and WSC_RPC_PASSWORD_FILE against the node’s rpcauth',
  'start-or-other-node': () => 'start bitcoind (with server=1), or name its address by --rpc',
  'unpruned-node': (height) =>
    `begin at ${height} or above (--start-height), or name a node by --rpc that keeps all blocks`,
  'wait-or-other-node': () => 'wait until it has caught up, or name another node by --rpc',
  'wait-until-started': () => 'wait until it has started',
  'wait-until-synced': () => 'wait until it has caught up',
  'begin-anew': (_, has) => `begin anew as well: ${anew(has)}`,
  'other-node-or-begin-anew': (_, has) => `name a node that has it by --rpc; else ${anew(has)}`,
}
