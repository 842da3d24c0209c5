import { InvalidArgumentError } from 'commander'
import { type ProvedChain, provedJson } from '../bus/index.ts'
import type { CliContext } from './context.ts'
import { jsonLine } from './text.ts'

/** Tells which proof a file holds now that it was brought up to date. */
export function tellSynced(
  { terminal }: CliContext,
  { out, json }: { readonly out: string; readonly json?: boolean },
  chain: ProvedChain,
  isNewer: boolean,
): void {
  if (json) {
    terminal.result(jsonLine({ ...provedJson(chain), file: out, changed: isNewer }))
    return
  }
  const proves = `${isNewer ? 'now' : 'already'} proves height ${chain.height}, tip ${chain.tip}`
  terminal.result(`${out} ${proves}${restsOn(chain)}`)
}

/** What makes a proof worth less than it seems. */
function restsOn({ setup, pow }: ProvedChain): string {
  return `${setup === 'ceremony' ? '' : ', INSECURE-DEV setup'}${pow === 'weak' ? ', weak pow' : ''}`
}

/** Option parser: how long to wait. */
export function seconds(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('not a number of seconds from 1 to 9999')
  return Number(text)
}
