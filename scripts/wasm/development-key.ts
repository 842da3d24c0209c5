import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CircuitDeclaration } from '../../src/proving/index.ts'
import { compileCircuit, ensureSetup } from '../../src/proving/io/index.ts'

/** Of a step circuit; set up anew and not from the cache, whose entries say nothing of the code that made them. */
export async function developmentKey(step: CircuitDeclaration, say: (line: string) => void): Promise<Uint8Array> {
  const scratch = mkdtempSync(join(tmpdir(), 'wsc-dev-key-'))
  const cache = process.env.XDG_CACHE_HOME
  try {
    process.env.XDG_CACHE_HOME = scratch
    say('compiling the circuit')
    const circuit = await compileCircuit(step)
    let last = ''
    const onProgress = (stage: string) => {
      if (stage !== last) say(stage)
      last = stage
    }
    const { verifierKey } = await ensureSetup(circuit, { onProgress })
    return new Uint8Array(readFileSync(verifierKey))
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
    rmSync(scratch, { recursive: true, force: true })
  }
}
