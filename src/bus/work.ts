import { aText, requireArgument } from '../lib/index.ts'

/** Chainwork is a 256-bit number, as in Bitcoin Core. */
const MAX_WORK_DIGITS = 64

/**
 * An amount of work as a reader types it, hexadecimal with or without 0x; null for anything else, and for more than 256
 * bits. Throws E_OPTIONS where it is no text.
 *
 * @example
 * import { parseWork } from 'wsc-bitcoin'
 *
 * console.log(parseWork('0x22')) // 34n
 */
export function parseWork(text: string): bigint | null {
  requireArgument('parseWork', 'the work', text, aText)
  const digits = text.replace(/^0x/i, '')
  return /^[0-9a-f]+$/i.test(digits) && digits.length <= MAX_WORK_DIGITS ? BigInt(`0x${digits}`) : null
}
