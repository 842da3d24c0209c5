/** What ord names an inscription by: the reveal's txid as shown, and the envelope's number in that transaction. */
const INSCRIPTION_ID = /^([0-9a-f]{64})i(0|[1-9][0-9]{0,9})$/

/** An inscription by its reveal transaction and its place among that one’s envelopes. */
export interface InscriptionId {
  /** Display order. */
  readonly txid: string
  readonly index: number
}

/**
 * Null where the text is no inscription id.
 *
 * @example
 * import { parseInscriptionId } from 'wsc-bitcoin'
 *
 * const id = parseInscriptionId(`${'ab'.repeat(32)}i7`)
 * console.log(id?.index) // 7
 */
export function parseInscriptionId(text: string): InscriptionId | null {
  const match = INSCRIPTION_ID.exec(text)
  const index = Number(match?.[2])
  return match === null || index > 0xffff_ffff ? null : { txid: match[1] as string, index }
}

export function formatInscriptionId({ txid, index }: InscriptionId): string {
  return `${txid}i${index}`
}
