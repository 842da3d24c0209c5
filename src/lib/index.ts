/** The floor that every part stands on: errors, results, bytes. Knows nothing of Bitcoin; runs anywhere. */
export { aborted, abortedError, Deadline, delay, orAborted, throwIfAborted } from './abort.ts'
export { AtMost } from './at-most.ts'
export { hash256, hexOf, hexUpTo, satoshis, uint32 } from './atoms.ts'
export { Budget, type BudgetLimits } from './budget.ts'
export { bytesToHex, concatBytes, equalBytes, hexToBytes, readUint32, uint32Bytes, utf8 } from './bytes.ts'
export { clientOfAddress } from './client-address.ts'
export { asError, type Cure, errorCode, WscError, type WscErrorOptions } from './errors.ts'
export { Emitter, type Events } from './events.ts'
export { FairQuota } from './fair-quota.ts'
export { atOnce, inTurns, type Pieces } from './in-pieces.ts'
export { OneAtATime } from './one-at-a-time.ts'
export {
  aBigint,
  aBoolean,
  aByteArray,
  aFunction,
  aNumber,
  anInteger,
  aSignal,
  aText,
  aTimerMs,
  described,
  exactly,
  having,
  type OptionRule,
  type OptionRules,
  optional,
  requireArgument,
  requireOptions,
} from './options.ts'
export { type RateLimit, RateLimiter } from './rate-limiter.ts'
export { type ReadResult, readBody } from './read-body.ts'
export { type Rejection, type Result, rejection } from './result.ts'
export { retry } from './retry.ts'
export { retryAfterMs } from './retry-after.ts'
export { isInterrupt, Running, type RunningService, type Service } from './service.ts'
export { together } from './together.ts'
export { Turns } from './turns.ts'
