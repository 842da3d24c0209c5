/** Why a proof could not be judged at all; a bad proof is a returned value instead. */
export type VerifierErrorCode =
  | 'E_FETCH' // the verifier's files cannot be had, or are not the expected ones
  | 'E_KEY' // the verifying key cannot be read
  | 'E_PARAMS' // the custom network's JSON is unusable
  | 'E_ANCHOR' // the anchor's JSON is unusable
  | 'E_WORKER' // the worker or its WebAssembly failed
  | 'E_ABORTED'

export class VerifierError extends Error {
  readonly code: VerifierErrorCode

  constructor(code: VerifierErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VerifierError'
    this.code = code
  }
}
