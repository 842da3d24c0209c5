import { genesisHeader, SATOSHI_COINBASE } from './genesis.ts'
import type { NetworkParams } from './network-params.ts'

/** Bitcoin Core, kernel/chainparams.cpp, SigNetParams (the default challenge). */
export const signet: NetworkParams = {
  name: 'signet',
  custom: false,
  genesis: genesisHeader(SATOSHI_COINBASE, 1598918400, 0x1e0377ae, 52613770),
  // 0x377ae · 2^216: the easiest target whose fourfold timespan still fits 256 bits.
  limitCompact: 0x1e0377ae,
  epochLength: 2016,
  retargeting: true,
  v2Height: 1,
  v3Height: 1,
  v4Height: 1,
  segwitHeight: 1,
  minDifficultyAfter20Minutes: false,
  bip94: false,
  provable: true,
  // BIP325: what makes a signet block hard is the signature in its coinbase.
  weakPow: true,
  rpcPort: 38332,
}
