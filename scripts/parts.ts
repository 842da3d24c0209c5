/**
 * The parts of the project and the direction of their dependencies: a part may import parts of a lower rank only, and
 * those only through their public faces. `docs/structure.md` shows the picture.
 */
export interface Part {
  readonly name: string
  /** Folder relative to the repository, ending in a slash. */
  readonly folder: string
  readonly rank: number
  /**
   * `anywhere`: in a browser too, but for what lies in a folder named `io`; `node`: Node altogether; `browser`: a page.
   */
  readonly runs: 'anywhere' | 'node' | 'browser'
}

export const parts: readonly Part[] = [
  { name: 'lib', folder: 'src/lib/', rank: 0, runs: 'anywhere' },
  { name: 'http', folder: 'src/http/', rank: 1, runs: 'node' },
  { name: 'bitcoin', folder: 'src/bitcoin/', rank: 2, runs: 'anywhere' },
  { name: 'proving', folder: 'src/proving/', rank: 3, runs: 'anywhere' },
  { name: 'bus', folder: 'src/bus/', rank: 4, runs: 'anywhere' },
  { name: 'settlement', folder: 'src/settlement/', rank: 5, runs: 'anywhere' },
  { name: 'storage', folder: 'storage/', rank: 6, runs: 'anywhere' },
  { name: 'compute', folder: 'src/compute/', rank: 7, runs: 'anywhere' },
  { name: 'p2p', folder: 'src/p2p/', rank: 8, runs: 'node' },
  { name: 'node', folder: 'src/node/', rank: 9, runs: 'node' },
  { name: 'cli', folder: 'src/cli/', rank: 10, runs: 'node' },
  { name: 'web', folder: 'src/web/', rank: 10, runs: 'browser' },
]

/** Files of a part that others may import: its public face, and the face of its half that needs Node. */
export const faces: readonly string[] = ['index.ts', 'io/index.ts']

/** What is no part and may be imported by the one part that stands before it. */
export const guarded: Readonly<Record<string, string>> = { 'folding/': 'proving' }

/** Entry files of the package itself: they may import every part, and no part imports them. */
export const entries: readonly string[] = ['src/index.ts', 'src/browser.ts', 'src/browser-loading.ts']

/** The entry that a browser loads, and what it consists of. */
const browserEntry: readonly string[] = ['src/browser.ts', 'src/browser-loading.ts']

/** Whether a file must run in a browser: neither it nor anything it imports may then use a built-in of Node. */
export function runsInBrowser(path: string): boolean {
  if (browserEntry.includes(path)) return true
  const part = parts.find(({ folder }) => path.startsWith(folder))
  return part !== undefined && part.runs !== 'node' && !path.slice(part.folder.length).split('/').includes('io')
}
