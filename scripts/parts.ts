/**
 * The parts of the project and the direction of their dependencies: a part may import parts of a lower rank only, and
 * those only through their public face (`faces`). `docs/structure.md` shows the picture.
 */
export interface Part {
  readonly name: string
  /** Folder relative to the repository, ending in a slash. */
  readonly folder: string
  readonly rank: number
}

export const parts: readonly Part[] = [
  { name: 'bitcoin', folder: 'src/bitcoin/', rank: 0 },
  { name: 'proving', folder: 'src/proving/', rank: 1 },
  { name: 'bus', folder: 'src/bus/', rank: 2 },
  { name: 'storage', folder: 'storage/', rank: 3 },
  { name: 'compute', folder: 'src/compute/', rank: 3 },
  { name: 'settlement', folder: 'src/settlement/', rank: 3 },
  { name: 'network', folder: 'src/network/', rank: 4 },
  { name: 'node', folder: 'src/node/', rank: 5 },
  { name: 'cli', folder: 'src/cli/', rank: 6 },
  { name: 'web', folder: 'src/web/', rank: 6 },
]

/**
 * Files of a part that others may import: `index.ts` is the public face; where a part has a half that runs in a
 * browser and one that needs Node, the halves have a face each.
 */
export const faces: readonly string[] = ['index.ts', 'pure.ts', 'node/index.ts']

/** What is no part and may be imported by the one part that stands before it. */
export const guarded: Readonly<Record<string, string>> = { 'folding/': 'proving' }

/** Entry files of the package itself: they may import every part, and no part imports them. */
export const entries: readonly string[] = ['src/index.ts', 'src/browser.ts']

/**
 * Files and folders that must run in a browser: neither they nor anything they import may use a built-in of Node.
 * A folder stands for every file below it, except those in `impure`.
 */
export const pure: readonly string[] = ['src/browser.ts', 'src/bitcoin/', 'src/bus/', 'src/settlement/', 'src/web/']

export const impure: readonly string[] = [
  'src/bitcoin/node/',
  'src/bus/history/',
  'src/bus/prover/',
  'src/bus/serve/',
  'src/bus/index.ts',
  'src/settlement/inscriber/',
  'src/settlement/scanner/',
  'src/settlement/wallet/',
  'src/settlement/index.ts',
  'src/settlement/store.ts',
]
