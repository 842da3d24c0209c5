import type { GossipKind } from '../../bus/index.ts'
import { announcementGossip } from './announcement-kind.ts'
import { resultGossip } from './result-kind.ts'

/**
 * All gossip of a node that serves these programs, which a host is made for.
 *
 * @param programs 64 hex digits each
 */
export function computeGossip(
  programs: readonly string[],
): Pick<GossipKind<never>, 'name' | 'maxBytes' | 'rate' | 'id'>[] {
  return [announcementGossip, ...programs.map((program) => resultGossip(program))]
}
