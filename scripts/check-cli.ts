import type { SourceFile } from './source-files.ts'

/**
 * The command line parses, calls and renders. Stores, sockets and waiting belong to the services that the parts make,
 * so that a page or a node of roles can compose the same ones. This finds where it does their work.
 */
const FOLDER = 'src/cli/'

/** Packages and built-ins that open a store or a socket, or wait. */
const PACKAGES: ReadonlySet<string> = new Set(
  ['level', 'classic-level', 'abstract-level', 'fastify', 'ws', 'zeromq'].concat(
    ['net', 'http', 'https', 'http2', 'tls', 'dgram', 'timers', 'timers/promises', 'worker_threads'].flatMap((name) => [
      name,
      `node:${name}`,
    ]),
  ),
)

/** What is called by a name of its own: of the language, and of the parts' faces. */
const NAMES: readonly (readonly [kind: string, ...names: string[]])[] = [
  ['a timer', 'setTimeout', 'setInterval', 'setImmediate', 'delay', 'retry'],
  ['a socket', 'fetch', 'WebSocket', 'EventSource', 'HttpServer'],
  ['a store', 'openJsonStore', 'openByteStore', 'openLevelTable', 'openStore', 'CheckpointStore', 'History'],
  ['a feed of blocks', 'blockFeed', 'scanChain', 'ChainFeed'],
]

/** A loop over what comes; what a store holds already may be listed as it is read. */
const AWAITED_LOOP = /\bfor await \((?:const|let) [^)]*? of (?![\w.]+\.query\()/g
/** A loop without an end of its own waits for something. */
const ENDLESS_LOOP = /\bfor \(;;\)|\bwhile \(/g

/** One line for each place where a file of the command line does what a service is for. */
export function findCliWork(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith(FOLDER))
    .flatMap(({ path, imports, code }) => {
      const found = imports
        .filter(({ specifier }) => PACKAGES.has(specifier))
        .map(({ specifier }) => `imports ${specifier}`)
      for (const [kind, ...names] of NAMES) {
        found.push(...names.filter((name) => uses(code, name)).map((name) => `uses ${kind}, ${name}`))
      }
      if (code.match(AWAITED_LOOP)) found.push('loops over what comes (for await)')
      if (code.match(ENDLESS_LOOP)) found.push('loops until something happens')
      return found.map((what) => `${path}: ${what}; that is a service's work, and the command line's is to show it`)
    })
}

/** As a name by itself: neither a property of something nor part of another name. */
function uses(code: string, name: string): boolean {
  return new RegExp(`(?<![.\\w$])${name}\\b(?!\\s*[:?])`).test(code)
}
