import { genesisHeader } from './genesis.ts'
import type { NetworkParams } from './network-params.ts'

/** Bitcoin Core, kernel/chainparams.cpp, CTestNet4Params; BIP94. Its rules are checked natively only. */
export const testnet4: NetworkParams = {
  name: 'testnet4',
  custom: false,
  genesis: genesisHeader(
    '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
    1714777860,
    0x1d00ffff,
    393743547,
  ),
  // powLimit is 2^224 - 1; 0x1d00ffff is the greatest compact value below it.
  limitCompact: 0x1d00ffff,
  epochLength: 2016,
  retargeting: true,
  v2Height: 1,
  v3Height: 1,
  v4Height: 1,
  segwitHeight: 1,
  minDifficultyAfter20Minutes: true,
  bip94: true,
  provable: false,
  weakPow: true,
  rpcPort: 48332,
}
