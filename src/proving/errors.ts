/** Codes of what fails while circuits are compiled and set up. */
export type ProvingErrorCode =
  | 'E_CIRCUIT' // the circuit cannot be found or does not compile
  | 'E_NO_ADDON' // the native addon is not there: only verifying works
  | 'E_KEY' // bytes that are no verifying key
  | 'E_PTAU' // a powers-of-tau file that has not what the proof system takes
  | 'E_SETUP' // parameters or keys cannot be made or loaded

/** Codes of what fails while a witness is computed. */
export type WitnessErrorCode =
  | 'E_WITNESS' // inputs of another shape, or inputs that the circuit refuses
  | 'E_WITNESS_MODULE' // the generator is no module of the kind that circom makes
  | 'E_WITNESS_MEMORY' // the generator takes more memory than it may
  | 'E_WITNESS_TIME' // the generator takes longer than it may
  | 'E_WITNESS_TRAP' // the generator fails by itself, whatever the inputs are worth
