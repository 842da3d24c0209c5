const CODES = [
  'E_FETCH', // the verifier's files cannot be had, or are not the expected ones
  'E_KEY', // the verifying key cannot be read
  'E_PARAMS', // there is no such network, or the custom network's JSON is unusable
  'E_ANCHOR', // the anchor's JSON is unusable
  'E_NOW', // the time asked for is no time in seconds since 1970
  'E_MIN_WORK', // the least work asked for is no bigint
  'E_REQUEST', // the request is not plain data, so it cannot cross to the worker, or holds no proof or attestation
  'E_WORKER', // the worker or its WebAssembly failed
  'E_ABORTED',
] as const

/** Why a proof could not be judged at all; a bad proof is a returned value instead. */
export type VerifierErrorCode = (typeof CODES)[number]

export class VerifierError extends Error {
  readonly code: VerifierErrorCode

  constructor(code: VerifierErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VerifierError'
    this.code = code
  }
}

/** The code of whatever was thrown, by any class; what has none of these is a failure of the worker. */
export function verifierErrorCode(error: unknown): VerifierErrorCode {
  const code = (error as { code?: unknown } | undefined)?.code
  return CODES.find((known) => known === code) ?? 'E_WORKER'
}
