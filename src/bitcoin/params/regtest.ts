import { genesisHeader, SATOSHI_COINBASE } from './genesis.ts'
import type { NetworkParams } from './network-params.ts'

/** Bitcoin Core, kernel/chainparams.cpp, CRegTestParams with its default activation heights. */
export const regtest: NetworkParams = {
  name: 'regtest',
  custom: false,
  genesis: genesisHeader(SATOSHI_COINBASE, 1296688602, 0x207fffff, 2),
  // powLimit is 2^255 - 1; 0x207fffff is the greatest compact value below it.
  limitCompact: 0x207fffff,
  // A timespan of one day at ten minutes a block. Without retargeting it decides nothing.
  epochLength: 144,
  retargeting: false,
  v2Height: 1,
  v3Height: 1,
  v4Height: 1,
  segwitHeight: 0,
  // Core allows minimum difficulty here too; from a genesis at the limit both rules give the limit always.
  minDifficultyAfter20Minutes: false,
  bip94: false,
  provable: true,
  weakPow: true,
  rpcPort: 18443,
}
