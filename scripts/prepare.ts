import { projectCircuits } from '../src/node/index.ts'
import { compileCircuit, ensureProofSetup, ensureSetup } from '../src/proving/io/index.ts'

// The steps of the set-up that need the project's own TypeScript: `node scripts/prepare.ts circuit|keys`. Both are
// cached by content, so a second run only looks.
const onProgress = (stage: string) => console.error(stage)

/** At once: the compiler uses one core and takes a minute or two for each. */
async function circuit(): Promise<void> {
  const compiled = await Promise.all(projectCircuits().all.map((declaration) => compileCircuit(declaration)))
  for (const { id } of compiled) console.log(id)
}

const setUps = { fold: ensureSetup, 'one-shot': ensureProofSetup } as const

async function keys(): Promise<void> {
  for (const declaration of projectCircuits().all) {
    const circuit = await compileCircuit(declaration)
    console.log((await setUps[declaration.kind](circuit, { onProgress })).directory)
  }
}

const steps: Readonly<Record<string, () => Promise<void>>> = { circuit, keys }
const step = steps[process.argv[2] ?? '']
if (step === undefined) {
  console.error(`usage: prepare.ts ${Object.keys(steps).join('|')}`)
  process.exitCode = 2
} else await step()
