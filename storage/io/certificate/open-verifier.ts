import { readFile } from 'node:fs/promises'
import { builtInModule, openVerifier } from '../../../src/bus/io/index.ts'
import { openWasmVerifier, type SnarkVerifier } from '../../../src/proving/index.ts'

/** The development setup's compact key of the certificate's circuit. */
const BUILT_IN_KEY = new URL('../../certificate/key/dev.key', import.meta.url)

export interface OpenCertificateVerifierOptions {
  /** A compact key of the certificate's circuit, which may be anybody's; the one built in unless given. */
  readonly key?: Uint8Array | undefined
  /** By WebAssembly even where the addon is built. */
  readonly wasm?: boolean | undefined
}

/** What verifies the steps of certificates. It is loaded where a certificate is verified, and not with the bus's. */
export async function openCertificateVerifier({
  key: given,
  wasm = false,
}: OpenCertificateVerifierOptions = {}): Promise<SnarkVerifier> {
  const key = given ?? (await readFile(BUILT_IN_KEY))
  return wasm ? await openWasmVerifier(await builtInModule(), key) : await openVerifier(key)
}
