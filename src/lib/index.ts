/** The floor that every part stands on: errors, results, bytes. Knows nothing of Bitcoin; runs anywhere. */
export { type Cure, errorCode, WscError, type WscErrorOptions } from './errors.ts'
export { Emitter, type Events } from './events.ts'
export { type Rejection, type Result, rejection } from './result.ts'
export { type RetryOptions, retry } from './retry.ts'
export { isInterrupt, Running, type Service } from './service.ts'
