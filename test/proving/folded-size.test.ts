import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ensureSetup } from '../../src/proving/io/index.ts'
import { r1csFile } from '../folding/small-circuit.ts'

it('refuses a step that is too large to be folded, with the numbers, before powers of tau are made', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wsc-large-'))
  const cache = process.env.XDG_CACHE_HOME
  process.env.XDG_CACHE_HOME = directory
  try {
    const r1cs = join(directory, 'large.r1cs')
    const wires = 2 ** 17 - 17_097 + 1
    await writeFile(r1cs, r1csFile({ wires, outputs: 1, inputs: 1, privates: wires - 3 }, [[[2], [0], [1]]]))
    const circuit = { id: 'large', r1cs, wasm: '', sym: '' }
    for (const options of [{}, { ptau: r1cs }]) {
      await expect(ensureSetup(circuit, options)).rejects.toMatchObject({
        code: 'E_CIRCUIT',
        message: 'the step has 1 constraints and 113976 wires; 113975 of each are left for it beside what folding adds',
      })
    }
    expect(await readdir(join(directory, 'wsc'))).toEqual(['keys'])
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
    await rm(directory, { recursive: true })
  }
})
