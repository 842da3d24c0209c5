/** A target that no route has: what cannot be read as a path is looked for there. */
const NOWHERE = '/%00'

/**
 * Path and query that a request asks for: of the absolute form that proxies send (RFC 9112, 3.2.2) too.
 */
export function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : pathOfAbsolute(target)
  return path !== null && decodes(path) ? path : NOWHERE
}

function pathOfAbsolute(target: string): string | null {
  const match = /^https?:\/\/[^/?#]+(\/[^#]*)?$/i.exec(target)
  return match === null ? null : (match[1] ?? '/')
}

function decodes(path: string): boolean {
  if (!path.includes('%')) return true
  try {
    decodeURIComponent(path.replace(/[?].*$/, ''))
    return true
  } catch {
    return false
  }
}
