import { compileCircuit, ensureSetup } from '../src/proving/io/index.ts'

// The steps of the set-up that need the project's own TypeScript: `node scripts/prepare.ts circuit|keys`. Both are
// cached by content, so a second run only looks.
const steps = {
  circuit: async () => (await compileCircuit('bus')).hash,
  keys: async () =>
    (await ensureSetup(await compileCircuit('bus'), { onProgress: (stage) => console.error(stage) })).directory,
} as const

const name = process.argv[2]
if (name !== 'circuit' && name !== 'keys') {
  console.error(`usage: prepare.ts ${Object.keys(steps).join('|')}`)
  process.exitCode = 2
} else {
  console.log(await steps[name]())
}
