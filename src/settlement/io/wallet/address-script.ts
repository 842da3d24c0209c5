import { address } from 'bitcoinjs-lib'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import { bech32Prefix } from './taproot.ts'

/** First bytes of base58 addresses (Core: kernel/chainparams.cpp, `base58Prefixes`): those of mainnet, and of all others. */
const MAINNET = { pubKeyHash: 0x00, scriptHash: 0x05 }
const OTHERS = { pubKeyHash: 0x6f, scriptHash: 0xc4 }
/** Neither is read here. */
const UNUSED = { messagePrefix: '', bip32: { public: 0, private: 0 }, wif: 0 }

/** The script that pays to an address of this network; null where it is none. */
export function addressScript(params: NetworkParams, text: string): Uint8Array | null {
  const prefixes = params.name === 'mainnet' ? MAINNET : OTHERS
  try {
    return new Uint8Array(address.toOutputScript(text, { ...UNUSED, ...prefixes, bech32: bech32Prefix(params) }))
  } catch {
    // The library has no other way to say so.
    return null
  }
}
