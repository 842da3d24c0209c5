import { genesisHeader, SATOSHI_COINBASE } from './genesis.ts'
import type { NetworkParams } from './network-params.ts'

/** Bitcoin Core, kernel/chainparams.cpp, CMainParams. */
export const mainnet: NetworkParams = {
  name: 'mainnet',
  custom: false,
  genesis: genesisHeader(SATOSHI_COINBASE, 1231006505, 0x1d00ffff, 2083236893),
  // powLimit is 2^224 - 1; 0x1d00ffff is the greatest compact value below it.
  limitCompact: 0x1d00ffff,
  epochLength: 2016,
  retargeting: true,
  v2Height: 227_931,
  v3Height: 363_725,
  v4Height: 388_381,
  segwitHeight: 481_824,
  minDifficultyAfter20Minutes: false,
  bip94: false,
  provable: true,
  weakPow: false,
  rpcPort: 8332,
}
