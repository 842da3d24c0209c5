import { schnorr } from '@noble/curves/secp256k1.js'
import { address } from 'bitcoinjs-lib'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import type { UnsignedRecord, WscRecord } from '../../record/record.ts'
import { type SignedContent, signRecord } from '../../record/sign.ts'
import { bech32Prefix, outputSecretKey, taprootOutput } from './taproot.ts'

/**
 * One key: it owns a taproot address (BIP86 without derivation), opens the commit outputs, and signs records. The key
 * stays inside: neither `JSON.stringify` nor `console.log` shows it.
 */
export class Wallet {
  readonly params: NetworkParams
  /** X-only, 32 bytes: internal key of every output, and the author of records. */
  readonly publicKey: Uint8Array
  /** Script of the address. */
  readonly script: Uint8Array
  readonly address: string
  readonly #secretKey: Uint8Array

  constructor(params: NetworkParams, secretKey: Uint8Array) {
    this.params = params
    this.#secretKey = secretKey
    this.publicKey = schnorr.getPublicKey(secretKey)
    this.script = taprootOutput(this.publicKey).script
    this.address = address.toBech32(this.script.subarray(2), 1, bech32Prefix(params))
  }

  /**
   * The same record always gets the same signature (BIP340 with zeros for the auxiliary randomness), so that a command
   * repeated after a crash makes the same inscription.
   */
  signRecord(record: Omit<UnsignedRecord, 'author'>, content: Omit<SignedContent, 'params'>): WscRecord {
    return signRecord(record, { ...content, params: this.params }, this.#secretKey, new Uint8Array(32))
  }

  /** Schnorr signature of a sighash, for an output of the address. */
  signKeyPath(sighash: Uint8Array): Uint8Array {
    return schnorr.sign(sighash, outputSecretKey(this.#secretKey), new Uint8Array(32))
  }

  /** Schnorr signature by the key itself of a hash that has a tag of its own, so that it is no sighash. */
  signTagged(hash: Uint8Array): Uint8Array {
    return schnorr.sign(hash, this.#secretKey, new Uint8Array(32))
  }

  /** Schnorr signature of a sighash, for `<publicKey> OP_CHECKSIG` in a leaf. */
  signScriptPath(sighash: Uint8Array): Uint8Array {
    return schnorr.sign(sighash, this.#secretKey, new Uint8Array(32))
  }
}
