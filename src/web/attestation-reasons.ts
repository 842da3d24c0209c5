import type { AttestationFormReject, AttestationReject } from '../bus/index.ts'

/** What each reason means to a reader who knows Bitcoin but not this project. */
const REASONS: Readonly<Record<AttestationReject | AttestationFormReject, string>> = {
  'not-an-attestation': 'This is no attestation.',
  'unsupported-version': 'The attestation was made by another version.',
  malformed: 'The file is not formed as an attestation must be.',
  truncated: 'The attestation is cut short.',
  'trailing-bytes': 'There is more in the file than an attestation.',
  'non-canonical-size': 'A number in the attestation is not in its shortest form.',
  oversize: 'The attestation is longer than one can be.',
  'no-inputs': 'A transaction in it has no inputs.',
  'no-outputs': 'A transaction in it has no outputs.',
  'value-out-of-range': 'A transaction in it moves more than there can be.',
  'superfluous-witness': 'A transaction in it is marked to have a witness, and has none.',
  'unknown-flag': 'A transaction in it has an unknown form.',
  'no-transactions': 'There is no transaction in it.',
  'other-proof': 'It was made for a proof of another height.',
  'before-start': 'Its block lies before the anchor, of which the proof shows nothing.',
  'after-tip': 'Its block lies after the proof’s tip.',
  'bad-header': 'Its header is none.',
  'wrong-path-length': 'Its path has not the length that a path to this block has.',
  'not-in-chain': 'Its header is not in the proved chain at this height.',
  'bad-coinbase': 'Its coinbase cannot be read.',
  'not-a-coinbase': 'What it gives as the coinbase is none.',
  'bad-transaction': 'Its transaction cannot be read.',
  'unexpected-coinbase': 'It confuses the coinbase with another transaction.',
  'size-64': 'A transaction of 64 bytes could be an inner node of the tree.',
  'wrong-branch-length': 'A branch of it has not the depth of the block’s tree.',
  'branch-too-deep': 'A branch of it is deeper than any block’s tree.',
  'index-out-of-range': 'It names a place that the block’s tree does not have.',
  'duplicate-sibling': 'A right child in it equals its sibling, and so stands for nothing.',
  'not-in-block': 'The block’s header does not commit to it.',
  'no-witness': 'The reveal comes without its witness, where the inscription is.',
  'no-commitment': 'The block commits to no witnesses.',
  'wrong-commitment': 'The block commits to other witnesses.',
  'bad-reserved-value': 'The reserved value of the commitment has the wrong length.',
  'no-such-output': 'The transaction has no such output.',
  'no-such-envelope': 'The transaction has no such inscription.',
  'wrong-input': 'The inscription is in another input.',
}

export function attestationReasonText(reason: AttestationReject | AttestationFormReject): string {
  return REASONS[reason]
}
