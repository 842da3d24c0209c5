import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bundle, decodeBundle, encodeBundle } from '../../src/compute/bundle/bundle.ts'
import { requireBundledSize } from '../../src/compute/io/bundled-limits.ts'
import { auditBundle, compileGraph, makeBundle, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { shortened, warningsOf } from '../../src/proving/io/compiler-text.ts'
import { inspectCircom } from '../../src/proving/io/index.ts'
import { SMALL_CIRCUIT, SMALL_GRAPH, SMALL_MANIFEST, writeSmallGraph } from '../support/small-graph.ts'

const text = (value: string) => new TextEncoder().encode(value)

let dir: string
let honest: Uint8Array
let bundle: Bundle
const bundleOf = async (folder: string) => makeBundle(await setUpGraph(await compileGraph(await readGraph(folder))))
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-audit-test-'))
  honest = await bundleOf(await writeSmallGraph(join(dir, 'here')))
  const read = decodeBundle(honest)
  if (!read.ok) throw new Error(read.detail)
  bundle = read.bundle
}, 120_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

/** The bundle with another content of one file, or without it. */
const changed = (path: string, content: string | null): Uint8Array =>
  encodeBundle({
    ...bundle,
    files: bundle.files.flatMap((file) =>
      file.path !== path ? [file] : content === null ? [] : [{ path, bytes: text(content) }],
    ),
  })
const audit = async (bytes: Uint8Array, program?: Uint8Array) => {
  const result = await auditBundle(bytes, { program })
  return result.ok ? bytesToHex(result.audited.program) : `${result.reject}: ${result.detail}`
}

describe('the bundle of a program', () => {
  test('holds what it is made of, and is the same from another path', async () => {
    expect(bundle.files.map(({ path }) => path)).toEqual(
      Object.keys(SMALL_GRAPH)
        .map((path) => `graph/${path}`)
        .sort(),
    )
    const elsewhere = await writeSmallGraph(join(dir, 'else', 'where'))
    expect(
      createHash('sha256')
        .update(await bundleOf(elsewhere))
        .digest('hex'),
    ).toBe(createHash('sha256').update(honest).digest('hex'))
  })

  test('is built anew to the same id, and leaves nothing behind', async () => {
    const before = await readdir(tmpdir())
    expect(await audit(honest)).toBe(bytesToHex(bundle.claims.program))
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('wsc-audit-') && !before.includes(name))
    expect(left).toEqual([])
  })

  test('of which something was changed is refused, and what differs is named', async () => {
    const constant = await audit(changed('graph/small.circom', SMALL_CIRCUIT.replace('Times(3)', 'Times(4)')))
    expect(constant).toMatch(/^circuit-differs: built [0-9a-f]{64}, not [0-9a-f]{64}$/)
    expect(await audit(changed('graph/graph.yaml', `${SMALL_MANIFEST}\n`))).toMatch(/^manifest-differs/)
    const { claims } = bundle
    const rest = { ...bundle, claims: { ...claims, keyId: '00'.repeat(32) } }
    expect(await audit(encodeBundle(rest))).toMatch(/^key-differs/)
    // Right in itself, and another program than was asked for.
    expect(await audit(honest, new Uint8Array(32))).toMatch(/^wrong-program/)
  })

  test('with a changed constant and ids that fit is another program', async () => {
    const folder = await writeSmallGraph(join(dir, 'other'), {
      'small.circom': SMALL_CIRCUIT.replace('Times(3)', 'Times(4)'),
    })
    const other = await bundleOf(folder)
    expect(await audit(other)).toMatch(/^[0-9a-f]{64}$/)
    expect(await audit(other)).not.toBe(bytesToHex(bundle.claims.program))
    expect(await audit(other, bundle.claims.program)).toMatch(/^wrong-program/)
  })

  test('of another compiler is told as that', async () => {
    const claims = { ...bundle.claims, circuitId: '00'.repeat(32), compiler: 'circom2 0.0.1' }
    expect(await audit(encodeBundle({ ...bundle, claims }))).toMatch(/^other-compiler: .*circom2 0\.0\.1/)
  })

  test('that lacks a source, or whose circuit does not compile, is refused', async () => {
    expect(await audit(changed('graph/parts/times.circom', null))).toMatch(/^not-built: .*parts\/times\.circom/)
    expect(await audit(changed('graph/small.circom', 'no circom'))).toMatch(
      /^not-built: small\.circom does not compile/,
    )
    expect(await audit(changed('graph/graph.yaml', 'version: 2'))).toMatch(/^not-built: .*line 1/)
  })

  test('whose circuit is too large is refused before keys are made', async () => {
    const large = SMALL_CIRCUIT.replace(
      'signal output all;',
      `signal output all; signal input pad[${1 << 18}];`,
    ).replace('component main', 'component main { public [pad] }')
    expect(await audit(changed('graph/small.circom', large))).toMatch(
      /^not-built: its circuit has \d constraints and 262,\d{3} wires; of one in a bundle 262,144 of each are taken, of a folder of sources any$/,
    )
    const counts = { constraints: 1 << 18, wires: 1 << 18, outputs: 1, publicInputs: 0, privateInputs: 1 }
    const r1cs = join(dir, 'large.r1cs')
    await writeFile(r1cs, '')
    await truncate(r1cs, 1 << 28)
    await expect(requireBundledSize(counts, r1cs)).resolves.toBeUndefined()
    for (const more of [{ constraints: counts.constraints + 1 }, { wires: counts.wires + 1 }]) {
      await expect(requireBundledSize({ ...counts, ...more }, r1cs)).rejects.toMatchObject({ code: 'E_PROGRAM' })
    }
    await truncate(r1cs, (1 << 28) + 1)
    await expect(requireBundledSize(counts, r1cs)).rejects.toThrow('268,435,457 bytes of constraints')
  })

  test('reads nothing beside what it holds: neither files of this machine nor packages that are installed', async () => {
    const including = (path: string) => SMALL_CIRCUIT.replace('parts/times.circom', path)
    for (const path of ['../../../../../../../../etc/hostname', '/etc/hostname', '../packages/x.circom']) {
      expect(await audit(changed('graph/small.circom', including(path)))).toMatch(/^not-built/)
    }
    const installed = including('circomlib/circuits/comparators.circom')
    expect(await audit(changed('graph/small.circom', installed))).toMatch(/^not-built: .*there is no such file/)
  })

  test('is not made of a folder that has changed, or includes what lies outside', async () => {
    const folder = await writeSmallGraph(join(dir, 'outer', 'graph'))
    const program = await setUpGraph(await compileGraph(await readGraph(folder)))
    await writeSmallGraph(folder, { 'small.circom': SMALL_CIRCUIT.replace('Times(3)', 'Times(5)') })
    await expect(makeBundle(program)).rejects.toMatchObject({ code: 'E_PROGRAM', message: /has changed/ })
    await writeSmallGraph(join(dir, 'outer'), {})
    await writeSmallGraph(folder, { 'small.circom': SMALL_CIRCUIT.replace('parts/times', '../parts/times') })
    await expect(bundleOf(folder)).rejects.toMatchObject({ code: 'E_PROGRAM', message: /lies outside/ })
  })
})

describe('circom’s inspection', () => {
  test('tells long parameters of a template cut', () => {
    const said = `warning[CA01]: In template "Model(${'7,'.repeat(20_000)}1)": Local signal x\n\nwarning[CA01]: of "T(1)"\n`
    const warnings = warningsOf(shortened(said))
    expect(warnings).toEqual([
      expect.stringMatching(/"Model\([7,]{60}…\)": Local signal x$/),
      'warning[CA01]: of "T(1)"',
    ])
  })

  test('warns of signals that nothing holds, and of no more', async () => {
    expect(await inspectCircom(join(dir, 'here', 'small.circom'))).toEqual([])
    const loose = SMALL_CIRCUIT.replace(
      'signal output all;',
      'signal output all;\n    signal loose;\n    loose <-- byte[1];',
    )
    const folder = await writeSmallGraph(join(dir, 'loose'), { 'small.circom': loose })
    const warnings = await inspectCircom(join(folder, 'small.circom'))
    expect(warnings).toEqual([
      expect.stringMatching(/^warning\[T3002\]: Consider using <== .*small\.circom:8:5/s),
      expect.stringMatching(/^warning\[CA01\]: In template "Small\(\)": Local signal loose/),
    ])
  })
})
