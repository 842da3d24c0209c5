import { type Cure, WscError } from '../lib/index.ts'
import { BITCOIND_CURES } from './bitcoind-cures.ts'
import { anyFlag, either, freeOrOther, type HasFlag } from './has-flag.ts'
import { SETTLEMENT_CURES } from './settlement-cures.ts'

/**
 * What each cure is in this program's flags and commands: `act` of an error (`src/lib/errors.ts`) to the end of a
 * sentence. Every part's cures stand here, for all commands; a test finds those that do not.
 */
const CURES: Readonly<Record<string, (subject: string, has: HasFlag) => string>> = {
  ...BITCOIND_CURES,
  ...SETTLEMENT_CURES,
  'free-or-other-storage-dir': (_, has) => freeOrOther('--storage-dir', has),
  'remove-table': () => 'remove the folder `table` of the storage directory, and it is made again from the node',
  'no-partition-bits': () => 'leave out --partition-bits (and WSC_PARTITION_BITS)',
  'same-partition-bits': (bits) => `give --partition-bits ${bits}, or name another --storage-dir`,
  'delete-and-again': () => 'delete that folder and run again',
  'build-addon': () => 'build it by `wsc setup --addon` (which takes cargo 1.89 or newer and minutes)',
  'free-or-other-data-dir': () => 'stop it, or name another --data-dir',
  'free-or-other-history': () => 'stop it, or name another directory',
  'new-data-dir': () => 'name a new or empty one by --data-dir',
  'make-room': (place) => `make room on the disk of ${place}`,
  'move-or-other-file': () => 'move it, or name another file',
  'set-clock-or-move': () => 'set the clock of this machine; if that is right, move the file, or name another',
  'remove-or-other-out': () => 'remove it, or name another place by --out',
  'spend-anew': () =>
    'look at what the wallet has paid, then remove the file: the budget of --inscribe-wins begins anew',
  'other-provider': () =>
    'name providers of the partition by --provider or --peer, of the same network and --partition-bits',
  'provider-registers': () => 'have it run `wsc storage register` and wait until that counts, or put without --tip',
  'again-later': () => 'try again later',
  'register-key': () => 'have its provider run `wsc storage register`, and wait until that counts',
  'name-peer': () => 'have its provider run, and name its address by --peer',
  'newer-proof': () => 'give a proof of the chain as it is now, by --proof',
  'proof-of-height': (height) => `once block ${height} is there, give a proof that ends at it or later`,
  'serve-certificates': () => 'have it run `wsc storage serve` with --certify',
  'serve-registered-key': () => 'have it run `wsc storage serve` with the --wallet that is registered',
  'same-certificate-key': () => 'name the verifying key that it proves under by --certificate-key',
  'wait-until-encoded': () => 'wait until it keeps the blob encoded, as `wsc storage status --peer` tells',
  'certify-anew': () => 'make it anew by `wsc storage certify`, which adds as many wins as there is room for',
  'put-anew': () => 'the same command again signs and pays for new records',
  'other-address': (_, has) => `name another by ${either(['--listen', '--serve', '--p2p'], has)}`,
  'other-data-dir-or-anew': () => 'name another --data-dir, or remove it to start anew',
  'other-history-or-anew': () => 'name another directory, or remove it to start anew',
  'proof-or-headers-of-one-chain': () => 'make a proof of this chain, or give the headers of that one',
  'spend-on-results-anew': () =>
    'look at what the wallet has paid, then remove the file: the budgets of results begin anew',
  'free-results': () => 'stop it',
  'remove-results': () => 'remove the folder, and it is made again from the node',
  'free-or-other-automation': () => 'name another --automation-dir; of one that runs, stop it or leave it at that',
  'fired-unknown': () =>
    'what it fired is not known then: look at what the wallet has inscribed, remove the folder, and begin again with --since',
  'status-anew': () => 'its node writes it anew at the next block',
  'folder-of-graph': () => 'name the folder of a graph, or begin one by `wsc graph init DIR`',
  'opening-of-commitment': () => 'give by --arguments the --opening that `wsc graph commit` wrote with this commitment',
  'name-source-graph': () => 'name its folder by --source-graph',
  'remove-history': () => 'remove the directory: it is made anew from headers',
}

/** Null where an error names no cure, or one that no flag and no command brings. */
export function cureText(cure: Cure | undefined, has = anyFlag): string | null {
  if (cure === undefined || !Object.hasOwn(CURES, cure.act)) return null
  return CURES[cure.act]?.(cure.subject ?? '', has) ?? null
}

/** An exception in one line: what is wrong, and what to do about it where that is known, by flags of the command. */
export function withCure(error: unknown, has = anyFlag): string {
  const message = error instanceof Error ? error.message : String(error)
  const cure = error instanceof WscError ? cureText(error.cure, has) : null
  if (cure === null) return message
  // After a sentence another one, else the end of the same.
  return message.endsWith('.') ? `${message} ${cure.charAt(0).toUpperCase()}${cure.slice(1)}.` : `${message}; ${cure}`
}
