import { sha256 } from '@noble/hashes/sha2.js'

/** Begins a SHA-256. */
export type Hasher = () => { update(bytes: Uint8Array): unknown; digest(): Uint8Array }

/** Runs anywhere; where there is a faster one, it is passed in. */
export const portableHasher: Hasher = () => sha256.create()
