import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveFolder } from '../../scripts/serve-web.ts'
import { contextFromHeaders, mainnet } from '../../src/bitcoin/index.ts'
import { encodeAnchor } from '../../src/bus/index.ts'
import { circuitLines, type Example, importedNames, libraryLines, readExamples } from '../package/examples.ts'
import { smallBlock } from '../support/blocks.ts'
import { launchChromium } from '../support/chromium.ts'
import { pathWithout, runIn } from '../support/clone.ts'
import { excerpt } from '../support/excerpts.ts'
import { installPacked, type NodeRuntime, nodeRuntimes, run } from '../support/installed-package.ts'
import { proveRegtest, runWsc } from '../support/wsc.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let directory: string
let project: string
let nodes: NodeRuntime[]
let examples: Example[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-package-'))
  project = await installPacked(directory)
  nodes = await nodeRuntimes(directory)
  examples = readExamples(join(project, 'node_modules/wsc-bitcoin/dist'))
  await putInputs()
}, 900_000)

afterAll(() => rm(directory, { recursive: true, force: true }))

/** The files that the examples speak of. */
async function putInputs(): Promise<void> {
  await copyFile(await proveRegtest(directory), join(project, 'regtest.proof'))
  await copyFile(join(directory, 'regtest-headers.bin'), join(project, 'regtest-headers.bin'))
  const { bytes: headers } = excerpt('mainnet-start')
  await writeFile(join(project, 'headers.bin'), headers)
  await writeFile(join(project, 'block.bin'), smallBlock('mainnet-100002'))
  const under = ['--network', 'regtest', '--proof', join(project, 'regtest.proof')]
  const from = ['--headers', join(directory, 'regtest-headers.bin'), '--out', join(project, 'header.attestation')]
  const made = await runWsc(['attest', 'header', '3', ...under, ...from])
  if (made.exit !== 0) throw new Error(made.stderr)
  const anchor = contextFromHeaders(mainnet, headers, 0, 20)
  if (!anchor.ok) throw new Error(anchor.detail)
  const circuits = await readFile(join(root, 'docs/circuits.md'), 'utf8')
  await writeFile(join(project, 'product.circom'), circuitLines(circuits))
  await writeFile(join(project, 'anchor.json'), encodeAnchor(mainnet, anchor.next))
}

const inProject = async (program: string, name: string, code: string) => {
  await writeFile(join(project, name), code)
  return (await run(program, [name], project)).trim()
}

describe('the installed package', () => {
  it('holds the verifier and its key, what proving needs, and no sources or tests of ours beside them', async () => {
    const names = await readdir(join(project, 'node_modules/wsc-bitcoin'), { recursive: true })
    const held = ['dist/src/bus/verifier/wsc-folding.wasm', 'dist/src/bus/verifier/dev.key', 'circuits/bus/main.circom']
    const built = `dist/prebuilt/${process.platform}-${process.arch}/wsc-folding.node`
    expect(names).toEqual(expect.arrayContaining([...held, built, 'folding/Cargo.lock', 'folding/src/lib.rs']))
    expect(names.filter((name) => /^(src|test|bench|folding\/(target|tests|examples))\//.test(name))).toEqual([])
    expect(names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
    for (const name of ['circom2', 'circomlib']) expect(existsSync(join(project, 'node_modules', name))).toBe(true)
  })

  it('proves by the addon that came with it, of the circuits that came with it: the same circuit, the same key', async () => {
    const wsc = join(project, 'node_modules/wsc-bitcoin/bin/wsc.js')
    const inputs = ['--network', 'regtest', '--headers', 'regtest-headers.bin']
    await run(process.execPath, [wsc, 'bus', 'prove', ...inputs, '--out', 'again.proof', '--data-dir', 'data'], project)
    const verify = (file: string) =>
      run(process.execPath, [wsc, 'bus', 'verify', file, '--network', 'regtest', '--json'], project)
    const [again, before] = [await verify('again.proof'), await verify('regtest.proof')].map(
      (json) => JSON.parse(json) as Record<string, unknown>,
    )
    expect(again).toMatchObject({ valid: true, height: 5, keyId: before?.keyId })
  })

  it('brings a graph from a template to a verified result', async () => {
    const wsc = (...argv: string[]) =>
      run(process.execPath, [join(project, 'node_modules/wsc-bitcoin/bin/wsc.js'), 'graph', ...argv], project)
    await wsc('init', 'my-stats')
    await wsc('compile', 'my-stats')
    const setup = JSON.parse(await wsc('setup', 'my-stats', '--json')) as { program: string }
    expect(await wsc('test', 'my-stats')).toContain('3 of 3 cases as it says')
    const headers = ['--network', 'regtest', '--headers', 'regtest-headers.bin']
    const said = JSON.parse(await wsc('exec', 'my-stats', ...headers, '--json')) as { state: object }
    await wsc('prove', 'my-stats', ...headers, '--out', 'stats.result')
    const under = ['--proof', 'regtest.proof', '--graph', 'my-stats', '--network', 'regtest']
    const verified = JSON.parse(await wsc('verify', 'stats.result', ...under, '--json'))
    expect(verified).toMatchObject({ valid: true, program: setup.program, height: 5, state: said.state })
  })

  it('compiles, sets up, proves and verifies a circuit by ten lines of docs/circuits.md', async () => {
    const lines = libraryLines(await readFile(join(root, 'docs/circuits.md'), 'utf8'))
    expect(lines.trim().split('\n').length).toBeLessThanOrEqual(10)
    for (const { program } of nodes) {
      expect(await inProject(program, 'circuit.js', lines)).toBe('{ ok: true }')
    }
  })

  it('builds its addon by a command of its own, and says what that needs', async () => {
    const wsc = join(project, 'node_modules/wsc-bitcoin/bin/wsc.js')
    const env = { ...process.env, PATH: await pathWithout(directory, 'cargo', 'rustc', 'rustup') }
    const refused = await runIn(project, env, wsc, 'setup', '--addon')
    expect(refused).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_SETUP') })
    expect(refused.stderr).toMatch(/cargo 1\.89 or later is needed.*`cargo --version` does not run here/)
    expect(refused.stderr).not.toContain('npm run')
  })

  it('verifies a proof by the README’s lines, ten at most, on every Node from 22 on', async () => {
    const lines = libraryLines(await readFile(join(root, 'README.md'), 'utf8'))
    expect(lines.trim().split('\n').length).toBeLessThanOrEqual(10)
    for (const { program, version } of nodes) {
      expect(await inProject(program, 'readme.js', lines)).toContain('valid at height 5')
      console.log(`README lines: verified on Node ${version}`)
    }
  })

  it('has an example for every function it exports, and each runs and prints what it says', async () => {
    const list = `import * as node from 'wsc-bitcoin'
      import * as browser from 'wsc-bitcoin/browser'
      const isClass = (value) => /^class\\b/.test(Function.prototype.toString.call(value))
      const isFunction = (value) => typeof value === 'function' && !isClass(value)
      const tell = (entry) => ({ all: Object.keys(entry), functions: Object.keys(entry).filter((name) => isFunction(entry[name])) })
      console.log(JSON.stringify({ 'wsc-bitcoin': tell(node), 'wsc-bitcoin/browser': tell(browser) }))`
    const entries = JSON.parse(await inProject(process.execPath, 'list.js', list)) as Record<
      string,
      { all: string[]; functions: string[] }
    >
    const exported = [...new Set(Object.values(entries).flatMap(({ functions }) => functions))]
    expect(exported.length).toBeGreaterThan(20)
    expect(exported.filter((name) => !examples.some((example) => example.name === name))).toEqual([])
    // Of what is not exported too: whoever reads an example believes its imports.
    const missing = examples.flatMap(({ name, code }) =>
      importedNames(code)
        .filter((one) => !entries[one.entry]?.all.includes(one.name))
        .map((one) => `@example of ${name}: ${one.entry} has no ${one.name}`),
    )
    expect(missing).toEqual([])
    const inNode = examples.filter(({ code }) => /from 'wsc-bitcoin'/.test(code))
    for (const { name, code, prints } of inNode) {
      const printed = await inProject(process.execPath, 'example.js', code)
      if (prints !== undefined) expect(printed, `@example of ${name}`).toBe(prints)
    }
  })

  it('is typed for whoever imports it', async () => {
    const source = `import { type ProvedChain, loadVerifier, mainnet, verifyProof } from 'wsc-bitcoin'
      import { startVerifier, type WorkerVerifier } from 'wsc-bitcoin/browser'
      export const chain = async (proof: Uint8Array): Promise<ProvedChain | string> => {
        const result = await verifyProof(proof, { params: mainnet, verifier: await loadVerifier(), now: 0 })
        return result.ok ? result.chain : result.reject
      }
      export const inWorker = (worker: Worker): WorkerVerifier =>
        startVerifier(worker, { files: { wasm: { url: 'a' }, key: { url: 'b' } } })
      // @ts-expect-error a proof is bytes
      void chain('proof')`
    await writeFile(join(project, 'consumer.ts'), source)
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2024',
    ]
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--lib', 'es2024,dom']
    await run(join(root, 'node_modules/.bin/tsc'), [...options, ...types, '--ignoreConfig', 'consumer.ts'], project)
  })
})

describe('bundled for a browser', () => {
  const browserExamples = (name: string) =>
    examples.find((example) => example.name === name && example.code.includes('wsc-bitcoin/browser')) as Example

  it('contains none of Node’s built-ins and runs its examples, in the page and in a worker', async () => {
    const site = join(directory, 'site')
    const entries = { direct: 'loadVerifier', main: 'startVerifier', worker: 'serveVerifier' }
    for (const [file, name] of Object.entries(entries)) {
      await writeFile(join(project, `${file}.js`), browserExamples(name).code)
    }
    const { metafile } = await build({
      absWorkingDir: project,
      entryPoints: Object.keys(entries).map((file) => `${file}.js`),
      bundle: true,
      format: 'esm',
      platform: 'browser',
      outdir: site,
      metafile: true,
      logLevel: 'error',
    })
    const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports)
    expect(external).toEqual([])
    for (const file of Object.keys(entries)) {
      const text = await readFile(join(site, `${file}.js`), 'utf8')
      expect(text).not.toMatch(/["'`]node:/)
      await writeFile(join(site, `${file}.html`), `<!doctype html><script type="module" src="${file}.js"></script>`)
    }
    const verifier = join(project, 'node_modules/wsc-bitcoin/dist/src/bus/verifier')
    for (const file of ['wsc-folding.wasm', 'dev.key']) await copyFile(join(verifier, file), join(site, file))
    await copyFile(join(project, 'regtest.proof'), join(site, 'regtest.proof'))

    const { server, url } = await serveFolder(site)
    const browser = await launchChromium()
    try {
      const prints = async (path: string) => {
        const page = await browser.newPage()
        const printed = page.waitForEvent('console', {
          predicate: (message) => message.type() === 'log',
          timeout: 60_000,
        })
        await page.goto(url + path)
        return (await printed).text()
      }
      expect(await prints('direct.html')).toBe('valid at height 5')
      expect(await prints('main.html')).toBe('regtest')
    } finally {
      await browser.close()
      await server.stop()
    }
  })
})
