import type { VerifierErrorCode, VerifyReject } from '../bus/index.ts'

/** What each reason means to a reader who knows Bitcoin but not this project. */
const REASONS: Readonly<Record<VerifyReject, string>> = {
  'not-a-proof': 'This is no proof file.',
  'unsupported-version': 'The file was made by another version, or for another set of rules.',
  truncated: 'The file is cut short.',
  oversized: 'The file is longer than a proof can be.',
  damaged: 'The file was damaged: its checksum does not match.',
  malformed: 'The file is not formed as a proof file must be.',
  'network-not-provable': 'This network’s headers cannot be proved; they are checked natively only.',
  'insecure-setup':
    'The proof rests on the development setup, which anyone can forge. This network does not accept it.',
  'wrong-network': 'The proof is of another network than the one chosen.',
  'wrong-start': 'The proof does not start where it must: from genesis, or from the anchor given.',
  'wrong-circuit': 'The verifying key in use is of another circuit than the bus: it can prove anything at all.',
  'wrong-key': 'The proof was made for another verifying key than the one in use.',
  'wrong-setup': 'The proof was made with another setup than the verifying key’s.',
  'proof-malformed': 'The proof itself cannot be decoded.',
  'proof-invalid': 'The proof is wrong: it does not verify.',
  'bad-state': 'What is proved is no state of a chain of this network.',
  'bad-steps': 'The number of steps does not fit the number of headers.',
  'time-too-new': 'A header’s time is more than two hours ahead of this machine’s clock.',
  'too-little-work': 'The chain holds less work than you ask for.',
}

const FAILURES: Readonly<Record<VerifierErrorCode, string>> = {
  E_FETCH: 'The verifier could not be loaded.',
  E_KEY: 'The verifying key cannot be read.',
  E_PARAMS: 'The network’s parameters are unusable.',
  E_ANCHOR: 'The anchor is unusable.',
  E_NOW: 'This machine’s clock is not usable.',
  E_MIN_WORK: 'The least work asked for is no number.',
  E_OPTIONS: 'The question is not formed as it must be.',
  E_REQUEST: 'The question could not be put to the verifier.',
  E_WORKER: 'The verifier stopped unexpectedly.',
  E_ABORTED: 'Cancelled.',
}

export function reasonText(reason: VerifyReject): string {
  return REASONS[reason]
}

export function failureText(code: VerifierErrorCode): string {
  return FAILURES[code]
}
