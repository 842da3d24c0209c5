import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { MAX_MANIFEST_BYTES, manifestJsonSchema } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const standard = readFileSync(new URL('../../graphs/chain-stats/graph.yaml', import.meta.url), 'utf8')
const read = (text: string) => readManifest(bytes(text))

/** A manifest with one thing in it changed: undefined leaves it out. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const result = read(standard)
  if (!result.ok) throw new Error(result.detail)
  const manifest = structuredClone(result.manifest) as never
  const holder = path.slice(0, -1).reduce((at: never, key) => at[key], manifest) as Record<string | number, unknown>
  holder[path.at(-1)!] = value
  return stringify(manifest)
}

describe('a manifest', () => {
  test('of the standard graph', () => {
    const result = read(standard)
    expect(result.ok && result.manifest).toMatchObject({
      version: 1,
      name: 'chain-stats',
      dataSources: [{ kind: 'headers' }],
      trigger: { everyBlocks: 2016 },
      program: { kind: 'stream', proofSystem: 'fold' },
      dataDestinations: [],
    })
  })

  test.each<[string, readonly (string | number)[], unknown]>([
    ['of another version', ['version'], 2],
    ['without a name', ['name'], undefined],
    ['with a name that is a path', ['name'], '../x'],
    ['with a number for a name', ['name'], 7],
    ['with too long a description', ['description'], 'x'.repeat(501)],
    ['of a source that is none', ['dataSources', 0, 'kind'], 'weather'],
    ['of no source', ['dataSources'], []],
    ['of the same source twice', ['dataSources'], [{ kind: 'headers' }, { kind: 'headers' }]],
    ['triggered never', ['trigger', 'everyBlocks'], 0],
    ['triggered at half a block', ['trigger', 'everyBlocks'], 0.5],
    ['without a trigger', ['trigger'], undefined],
    ['of another kind of program', ['program', 'kind'], 'wasm'],
    ['of another proof system', ['program', 'proofSystem'], 'groth16'],
    ['of a circuit above its folder', ['program', 'circuit'], '../secret.circom'],
    ['of a circuit at an absolute path', ['program', 'circuit'], '/etc/passwd.circom'],
    ['of a hidden circuit', ['program', 'circuit'], '.ssh/key.circom'],
    ['of a circuit that is none', ['program', 'circuit'], 'program.wasm'],
    ['of no state', ['program', 'state'], []],
    ['of a state with a name twice', ['program', 'state'], ['first', 'a', 'a']],
    ['of too many elements', ['program', 'state'], Array.from({ length: 13 }, (_, i) => `e${i}`)],
    ['of a log without entries', ['program', 'log'], {}],
    [
      'of a log whose fields do not fit',
      ['program', 'log', 'entry'],
      [100, 100, 54].map((bits, i) => ({ name: `f${i}`, bits })),
    ],
    ['of a log with a field twice', ['program', 'log', 'entry', 1, 'name'], 'first'],
    ['of a log with a field of no bits', ['program', 'log', 'entry', 1, 'bits'], 0],
    ['to a place that is none', ['dataDestinations'], [{ kind: 'mail' }]],
    ['to a file elsewhere', ['dataDestinations'], [{ kind: 'file', path: '/tmp/x' }]],
    ['with something that nobody asked for', ['surprise'], true],
  ])('%s is refused, and the place named', (_what, path, value) => {
    const result = read(changed(path, value))
    expect(result).toMatchObject({ ok: false, reject: 'bad-manifest' })
    expect(!result.ok && result.detail).toMatch(/^line \d+, column \d+: /)
  })

  test('has a stream’s log stored, and nothing of a program without one', () => {
    const stored = `${standard}\ndataDestinations: [{ kind: storage }]\n`
    expect(read(stored)).toMatchObject({ ok: true, manifest: { dataDestinations: [{ kind: 'storage' }] } })
    const none = changed(['program', 'log'], undefined).replace(
      'dataDestinations: []',
      'dataDestinations: [{ kind: storage }]',
    )
    expect(read(none)).toMatchObject({ reject: 'bad-manifest', detail: expect.stringContaining('the log of a stream') })
  })

  test('names the line of a fault', () => {
    const result = read(standard.replace('everyBlocks: 2016', 'everyBlocks: often'))
    const line = standard.split('\n').findIndex((text) => text.includes('everyBlocks')) + 1
    expect(!result.ok && result.detail).toMatch(`line ${line}, column 16: trigger.everyBlocks:`)
  })

  test.each([
    ['program:', 'programm:', 'programm: there is no such field here; did you mean program?'],
    ['  circuit: chain', '  cirkuit: chain', 'program.cirkuit: there is no such field here; did you mean circuit?'],
    ['  everyBlocks', '  everyblock', 'trigger.everyblock: there is no such field here; did you mean everyBlocks?'],
    ['version: 1', 'version: 1\nsomething: 2', 'something: there is no such field here'],
  ])('with the slip %j → %j: the field that was meant, at its own place', (from, to, said) => {
    const slipped = standard.replace(from, to)
    const result = read(slipped)
    const word = /(\w+): [^:]*$/.exec(said.replace(/: there is.*/, ': x'))![1]!
    const lines = slipped.split('\n')
    const line = lines.findIndex((text) => new RegExp(`^ *${word}:`).test(text))
    const at = `line ${line + 1}, column ${lines[line]!.indexOf(word) + 1}`
    expect(!result.ok && result.detail.split('\n')).toContain(`${at}: ${said}`)
  })

  test('without a field: that it is missing', () => {
    const result = read(standard.replace(/^name: .*$/m, ''))
    expect(!result.ok && result.detail).toMatch(/: name: is missing$/)
  })

  test('that is no YAML is refused with its line; so is a key twice', () => {
    expect(read('version: 1\nname: [')).toMatchObject({ reject: 'bad-yaml', detail: expect.stringMatching(/^line 2/) })
    expect(read('version: 1\nversion: 1')).toMatchObject({ reject: 'bad-yaml' })
  })

  test('may not stand for more than it is: no aliases, no more bytes than a manifest has, UTF-8 alone', () => {
    const laughs = 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]'
    expect(read(laughs)).toMatchObject({ reject: 'bad-yaml' })
    expect(read(`${'#'.repeat(MAX_MANIFEST_BYTES)}\n`)).toMatchObject({ reject: 'oversize' })
    expect(readManifest(Uint8Array.of(0xff, 0xfe))).toMatchObject({ reject: 'not-utf8' })
    expect(read('')).toMatchObject({ reject: 'bad-manifest' })
  })

  test('of many keys is refused at once, and so are keys that are more than a plain value', () => {
    const keys = Array.from({ length: 9_300 }, (_, i) => `k${i}:`)
    expect(read(keys.join('\n'))).toMatchObject({ reject: 'bad-manifest' })
    expect(read([...keys, 'k0:'].join('\n'))).toMatchObject({
      reject: 'bad-yaml',
      detail: 'line 9301, column 1: Map keys must be unique',
    })
    // Written out, each of these would stand in all that are around it.
    for (const nested of [`${'? '.repeat(300)}a`, '? [a]\n: 1', '- { x: { ? [a] : 1 } }']) {
      expect(read(nested)).toMatchObject({ reject: 'bad-yaml', detail: expect.stringContaining('a key is a plain') })
    }
    expect(read('a: [{ 1: x, "1": y }]')).toMatchObject({ reject: 'bad-yaml' })
  })

  test('made of anything at all is refused, never more', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json().map(stringify)), (text) => {
        const result = read(text)
        expect(result.ok || result.detail.length > 0).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('has a schema for editors', () => {
    expect(manifestJsonSchema()).toMatchObject({ type: 'object', required: expect.arrayContaining(['program']) })
  })
})
