const ANEW = 'remove what was kept of the old chain, or name another place for it (--settlement-dir, --data-dir)'

/** What may be done about a bitcoind that is of no use. */
export const BITCOIND_CURES: Readonly<Record<string, (subject: string) => string>> = {
  'begin-anew': () => `begin anew as well: ${ANEW}`,
  'other-node-or-begin-anew': () => `name a node that has it by --rpc; else ${ANEW}`,
}
