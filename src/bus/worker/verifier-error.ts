import { errorCode, WscError } from '../../lib/index.ts'

const CODES = [
  'E_FETCH', // the verifier's files cannot be had, or are not the expected ones
  'E_KEY', // the verifying key cannot be read
  'E_PARAMS', // there is no such network, or the custom network's JSON is unusable
  'E_ANCHOR', // the anchor's JSON is unusable
  'E_NOW', // the time asked for is no time in seconds since 1970
  'E_MIN_WORK', // the least work asked for is no bigint
  'E_OPTIONS', // another option is not of its type, or there is no such option
  'E_REQUEST', // the request is not plain data, so it cannot cross to the worker, or holds no proof or attestation
  'E_WORKER', // the worker or its WebAssembly failed
  'E_ABORTED',
] as const

/** Why nothing could be verified at all; a bad proof is a returned value instead. */
export type VerifierErrorCode = (typeof CODES)[number]

/** An exception of verifying: something could not be judged. */
export type VerifierError = WscError<VerifierErrorCode>

/** An exception with one of the verifier's codes. */
export function verifierError(code: VerifierErrorCode, message: string, options?: ErrorOptions): VerifierError {
  return new WscError(code, message, options)
}

/** The code of whatever was thrown; what has none of these is a failure of the worker. */
export function verifierErrorCode(error: unknown): VerifierErrorCode {
  const code = errorCode(error)
  return CODES.find((known) => known === code) ?? 'E_WORKER'
}
