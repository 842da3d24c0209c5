import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CompiledCircuit } from '../../src/proving/index.ts'
import { cacheDirectory, compileCircom } from '../../src/proving/io/index.ts'

const circuits = fileURLToPath(new URL('../../circuits', import.meta.url))
const benchCircuits = fileURLToPath(new URL('../circuits', import.meta.url))

/** The build flag: whose SHA-256 the circuit is built with. */
export type Sha256 = 'ours' | 'circomlib'

/**
 * Compiles `text` as a main file beside a copy of the circuits' sources; with `circomlib`, the header hash in that copy is
 * the one of bench/circuits, and nothing else differs. Its id goes by names relative to the main file, so that any folder would do.
 */
export async function compileVariant(name: string, text: string, sha256: Sha256 = 'ours'): Promise<CompiledCircuit> {
  const directory = join(cacheDirectory(), 'bench', 'circuits', sha256)
  await cp(circuits, directory, { recursive: true })
  if (sha256 === 'circomlib')
    await cp(join(benchCircuits, 'header-hash.circom'), join(directory, 'lib/header-hash.circom'))
  const main = join(directory, 'bench', `${name}.circom`)
  await mkdir(dirname(main), { recursive: true })
  await cp(join(benchCircuits, 'step-n.circom'), join(directory, 'bench', 'step-n.circom'))
  await writeFile(main, `pragma circom 2.1.6;\n\n${text}\n`)
  return await compileCircom(main)
}

/** The step circuit of the bus as it is, under either SHA-256. */
export async function compileBusStep(sha256: Sha256): Promise<CompiledCircuit> {
  const main = await readFile(join(circuits, 'bus', 'main.circom'), 'utf8')
  const text = main.replace(/^pragma[^\n]*\n/, '').replace('"step.circom"', '"../bus/step.circom"')
  return await compileVariant('bus-step', text.trim(), sha256)
}

/** bench/circuits/step-n.circom for `n` headers a step. */
export function compileStepN(n: number, sha256: Sha256 = 'ours'): Promise<CompiledCircuit> {
  return compileVariant(
    `step-${n}`,
    `include "step-n.circom";\n\ncomponent main {public [state]} = StepN(${n});`,
    sha256,
  )
}
