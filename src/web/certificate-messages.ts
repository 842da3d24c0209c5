import type { AttestedChain, FileSource, ProvedChain, RequestedNetwork } from '../bus/index.ts'

/** A certificate to verify, under what a proof was found to prove; plain data, so that it crosses to a worker. */
export interface CertificateQuestion {
  readonly certificate: Uint8Array
  readonly chain: AttestedChain & Pick<ProvedChain, 'params'>
  readonly network: RequestedNetwork
  readonly allowInsecureSetup: boolean
  readonly wasm: FileSource
  /** Compact key of the certificate's circuit. */
  readonly key: FileSource
}

/** What came of it: the JSON of the command, and how long verifying took; or why it could not be judged. */
export type CertificateVerdict =
  | { readonly json: Record<string, unknown>; readonly verifyMs: number }
  | { readonly failed: string }
