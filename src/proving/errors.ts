export type ProvingErrorCode =
  | 'E_CIRCUIT' // the circuit cannot be found or does not compile
  | 'E_NO_ADDON' // the native addon is not there: only verifying works
  | 'E_SETUP' // parameters or keys cannot be made or loaded

/** A failure of compiling, setting up or loading; the message names the cause and the cure. */
export class ProvingError extends Error {
  readonly code: ProvingErrorCode
  constructor(code: ProvingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProvingError'
    this.code = code
  }
}
