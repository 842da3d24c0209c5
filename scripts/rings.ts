/**
 * Rings in a graph, for the checks of imports: of each set of nodes that reach each other one shortest ring, from its
 * first node in alphabetical order. Most rings share nodes, so these few tell where to look.
 */
export function ringsOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const inRings = new Set<string>()
  const found: string[][] = []
  for (const node of [...edges.keys()].sort()) {
    if (inRings.has(node)) continue
    const ring = shortestRing(node, edges)
    if (ring === null) continue
    for (const member of reachingEachOther(node, edges)) inRings.add(member)
    found.push(ring)
  }
  return found
}

/** From a node back to itself, by breadth first; null where there is no way. */
function shortestRing(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const before = new Map<string, string>()
  const queue = [start]
  for (const node of queue) {
    for (const target of edges.get(node) ?? []) {
      if (target === start) {
        const ring = [node]
        while (ring[0] !== start) ring.unshift(before.get(ring[0] as string) as string)
        return ring
      }
      if (before.has(target)) continue
      before.set(target, node)
      queue.push(target)
    }
  }
  return null
}

/** The nodes from which this one is reached, directly or not, and which it reaches. */
function reachingEachOther(start: string, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reversed = new Map<string, string[]>()
  for (const [node, targets] of edges) {
    for (const target of targets) reversed.set(target, [...(reversed.get(target) ?? []), node])
  }
  const to = reached(start, reversed)
  return new Set([...reached(start, edges)].filter((node) => to.has(node)))
}

function reached(start: string, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([start])
  for (const node of seen) for (const next of edges.get(node) ?? []) seen.add(next)
  return seen
}
