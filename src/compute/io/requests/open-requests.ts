import type { IndexEntry, InscriptionIndex } from '../../../settlement/io/index.ts'
import { cancelledBy, MAX_REQUEST_BLOCKS, type PlacedRequest, placedRequest } from '../../requests/request-record.ts'

/**
 * Requests of a program that are neither over nor taken back at the index's tip, in the chain's order. Records that do not count
 * by their `seq` are none, so that nobody repeats another's.
 *
 * @param program 64 hex digits
 */
export async function openRequests(
  index: Pick<InscriptionIndex, 'query' | 'tip'>,
  program: string,
): Promise<readonly PlacedRequest[]> {
  const open = new Map<string, PlacedRequest>()
  const tip = index.tip?.height ?? 0
  for await (const entry of index.query({ program, from: Math.max(0, tip - MAX_REQUEST_BLOCKS), records: true })) {
    const request = placedRequest(entry)
    if (request !== null && request.deadline >= tip) open.set(request.id, request)
    const taken = entry.record === null ? null : cancelledBy(entry.record)
    // Whoever asked may take it back, and nobody else.
    if (taken !== null && open.get(taken)?.author === entry.record?.author) open.delete(taken)
  }
  return [...open.values()]
}

/**
 * The request that an inscription makes; null of one that makes none. Whoever sees a record can inscribe it too, and be mined first: then that
 * inscription makes the request, of the same author and in the same words, and the author's own counts no more.
 */
export async function requestMadeBy(
  index: Pick<InscriptionIndex, 'query'>,
  entry: IndexEntry,
): Promise<PlacedRequest | null> {
  const { record } = entry
  if (record === null || record.counts) return placedRequest(entry)
  const { program, author, kind, sig } = record
  for await (const one of index.query({ program, author, kind, to: entry.height, records: true })) {
    if (one.record?.sig === sig) return placedRequest(one)
  }
  return null
}

/** Inscription of the record by which its author has taken a request back; null where there is none. */
export async function cancelOf(
  index: Pick<InscriptionIndex, 'query'>,
  { program, author, id, height }: PlacedRequest,
): Promise<string | null> {
  for await (const entry of index.query({ program, author, from: height, records: true })) {
    if (entry.record !== null && cancelledBy(entry.record) === id) return entry.id
  }
  return null
}
