/** Settlement: inscriptions on Bitcoin, written and found. */
export { SettlementError, type SettlementErrorCode } from './errors.ts'
export * from './pure.ts'
export { parseSecretKey } from './wallet/import-key.ts'
export { type TaprootOutput, taprootOutput } from './wallet/taproot.ts'
export { Wallet } from './wallet/wallet.ts'
export { createWallet, openWallet, readPrivate, type WalletFileOptions } from './wallet/wallet-file.ts'
