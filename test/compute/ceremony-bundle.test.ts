import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeBundle, encodeBundle } from '../../src/compute/bundle/bundle.ts'
import { encodeCeremonyFile } from '../../src/compute/ceremony/ceremony-file.ts'
import { auditBundle, compileGraph, makeBundle, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { applyBeacon, beginCeremony, contribute } from '../../src/proving/io/index.ts'
import { tinyGraph } from '../support/tiny-graph.ts'

test('the key of a ceremony is the program’s, comes with its bundle, and is held against circuit and powers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wsc-ceremony-'))
  const folder = await tinyGraph(join(directory, 'tiny'))
  const compiled = await compileGraph(await readGraph(folder))
  const development = await setUpGraph(compiled)
  const file = (name: string) => join(directory, name)
  await beginCeremony(compiled.circuit, file('0.zkey'))
  await contribute({ from: file('0.zkey'), to: file('1.zkey') }, 'Alice')
  await mkdir(join(folder, 'setup'))
  const key = join(folder, 'setup/ceremony.zkey')
  await applyBeacon({ from: file('1.zkey'), to: key }, new Uint8Array(32).fill(7))
  const said = { format: 1, network: 'regtest', inscription: `${'ab'.repeat(32)}i0`, height: 7 } as const
  await writeFile(join(folder, 'setup/ceremony.json'), encodeCeremonyFile(said))

  const program = await setUpGraph(compiled)
  expect(program.id).not.toEqual(development.id)
  // Whoever has not judged it takes it for a key of development.
  expect(program.setup).toBe('insecure-dev')
  const bytes = await makeBundle(program)
  const audited = await auditBundle(bytes, { program: program.id })
  expect(audited).toMatchObject({ ok: true, audited: { program: program.id, keyId: program.keyId } })

  const read = decodeBundle(bytes)
  if (!read.ok) throw new Error(read.detail)
  const sound = await readFile(key)
  const altered = async (change: (zkey: Uint8Array) => Uint8Array | null) => {
    const files = read.bundle.files.flatMap((one) => {
      if (one.path !== 'setup/ceremony.zkey') return [one]
      const other = change(one.bytes)
      return other === null ? [] : [{ ...one, bytes: other }]
    })
    return await auditBundle(encodeBundle({ ...read.bundle, files }))
  }
  // A point of what the prover alone uses: the verifying key is the same.
  expect(await altered((zkey) => zkey.with(sound.length - 1_500, zkey[sound.length - 1_500]! ^ 1))).toMatchObject({
    reject: 'key-invalid',
  })
  expect(await altered(() => null)).toMatchObject({ reject: 'key-differs' })
  await rm(directory, { recursive: true })
}, 300_000)
