import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ringsOf } from './rings.ts'

/**
 * `node scripts/check-crate.ts`: no modules of the Rust crate import each other in a ring. Reads what the sources say by
 * `use` and by paths that begin with `crate::` or `super::`; code of tests does not count. A module and its folder are
 * one to the modules beside it, and within the folder the same is asked again of its files.
 */

/** Modules by path, `lib.rs` as the empty one. */
type Module = readonly string[]

export interface Source {
  /** Relative to the crate's `src/`, with slashes. */
  readonly path: string
  readonly text: string
}

function moduleOf(path: string): Module {
  const segments = path.replace(/\.rs$/, '').split('/')
  const last = segments.at(-1)
  return last === 'mod' || (last === 'lib' && segments.length === 1) ? segments.slice(0, -1) : segments
}

/** The rings, each as the modules that it goes through. */
export function moduleRings(sources: readonly Source[]): string[][] {
  const tests = new Set(sources.flatMap(testModules))
  const files = sources
    .map(({ path, text }) => ({ module: moduleOf(path), text }))
    .filter(({ module }) => !tests.has(module.join('::')))
  const known = new Set(files.map(({ module }) => module.join('::')))
  const uses = files.flatMap(({ module, text }) =>
    usedPaths(withoutTests(text), module).map((path) => ({ from: module, to: nearest(path, known) })),
  )
  const folders = new Set(['', ...files.map(({ module }) => module.slice(0, -1).join('::'))])
  return [...folders].flatMap((folder) => ringsIn(folder === '' ? [] : folder.split('::'), uses))
}

/** Rings among the modules directly in one folder. */
function ringsIn(folder: Module, uses: readonly { readonly from: Module; readonly to: Module }[]): string[][] {
  const depth = folder.length
  const inside = (module: Module) => module.length > depth && folder.every((name, i) => module[i] === name)
  const edges = new Map<string, string[]>()
  for (const { from, to } of uses.filter(({ from, to }) => inside(from) && inside(to))) {
    const [a, b] = [from[depth] as string, to[depth] as string]
    if (a !== b) edges.set(a, [...(edges.get(a) ?? []), b])
  }
  return ringsOf(edges).map((ring) => ring.map((name) => [...folder, name].join('::')))
}

/** Modules that are declared as tests: `#[cfg(test)] mod tests;`. */
function testModules({ path, text }: Source): string[] {
  const declared = text.matchAll(/#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/g)
  return [...declared].map(([, name]) => [...moduleOf(path), name as string].join('::'))
}

/** Without comments and without what is compiled for tests alone. */
function withoutTests(text: string): string {
  let rest = text.replaceAll(/\/\/[^\n]*/g, '').replaceAll(/\/\*[\s\S]*?\*\//g, '')
  for (;;) {
    const start = rest.search(/#\[cfg\((?:all\()?test\b/)
    if (start < 0) return rest
    rest = rest.slice(0, start) + rest.slice(itemEnd(rest, start))
  }
}

/** Where the item that begins at `start` ends: after its first semicolon outside braces, or its closing brace. */
function itemEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at + 1
    else if (text[at] === ';' && depth === 0) return at + 1
  }
  return text.length
}

/** Every path of this crate that a source names, from the root. */
function usedPaths(text: string, module: Module): Module[] {
  return [...text.matchAll(/(?<![$\w:])(crate|super|self)::/g)].flatMap((match) => {
    const tree = readTree(text.slice(match.index + match[0].length))
    const root = match[1] === 'crate' ? [] : match[1] === 'super' ? module.slice(0, -1) : module
    return tree.map((path) => [...root, ...path])
  })
}

/** The paths of `a::{b, c::d}` at the beginning of a text. */
function readTree(text: string): Module[] {
  let at = 0
  const tree = (): string[][] => {
    if (text[at] !== '{') return path()
    const paths: string[][] = []
    at++
    for (;;) {
      while (/[\s,]/.test(text[at] ?? '')) at++
      const before = at
      if (at >= text.length || text[at] === '}') break
      paths.push(...tree())
      while (at < text.length && !/[,}]/.test(text[at] as string)) at++ // `as name`
      if (at === before) break
    }
    at++
    return paths
  }
  const path = (): string[][] => {
    const name = /^\w+/.exec(text.slice(at))?.[0]
    if (name === undefined) return [[]] // `*`
    at += name.length
    if (!text.startsWith('::', at) || !/^::[\w{*]/.test(text.slice(at))) return [[name]]
    at += 2
    return tree().map((rest) => [name, ...rest])
  }
  return tree()
}

/** The module that a path leads into: its items are not modules. */
function nearest(path: Module, known: ReadonlySet<string>): Module {
  let length = path.length
  while (length > 0 && !known.has(path.slice(0, length).join('::'))) length--
  return path.slice(0, length)
}

export function readCrate(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.rs'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
}

function check(root: string): number {
  const sources = readCrate(join(root, 'folding/src'))
  const rings = moduleRings(sources)
  for (const ring of rings) console.error(`folding/src: a ring: ${[...ring, ring[0]].join(' → ')}`)
  console.log(`crate: ${sources.length} files, ${rings.length} rings`)
  return rings.length > 0 || sources.length === 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = check(fileURLToPath(new URL('..', import.meta.url)))
