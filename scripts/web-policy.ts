/**
 * The page's content security policy: nothing but its own files, no inline script or style, WebAssembly but no `eval`.
 * `frame-ancestors` works in a header only; a worker obeys the header of its own response, so hosts should send it.
 */
const directives = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
] as const

/** What the meta tag says. */
export const metaPolicy = directives.join('; ')

/** What the server should say with every file. */
export const webHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `${metaPolicy}; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}
