import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, buildSync } from 'esbuild'
import { metaPolicy, webHeaders } from './web-policy.ts'

/**
 * `npm run build:web`: the page in dist/web, static. Every file but index.html is named by the hash of its content, so
 * it may be cached for ever; script, style, WebAssembly and key are loaded by their SHA-384 besides.
 */
const root = fileURLToPath(new URL('..', import.meta.url))

interface Built {
  readonly url: string
  readonly integrity: string
}

/** Builds the page into `out`, with the verifier's files of `verifier`. */
export function buildWeb(out: string, verifier = join(root, 'src/bus/verifier')): void {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const put = (name: string, content: Uint8Array): Built => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
    const extension = extname(name)
    const file = `${basename(name, extension)}-${hash}${extension}`
    writeFileSync(join(out, file), content)
    return { url: file, integrity: `sha384-${createHash('sha384').update(content).digest('base64')}` }
  }
  const source = (name: string) => join(root, 'src/web', name)
  const copy = (path: string, name = basename(path)) => put(name, readFileSync(path))

  const wasm = copy(join(verifier, 'wsc-folding.wasm'))
  const keyFile = join(verifier, 'dev.key')
  const key = copy(keyFile)
  const worker = put('verifier-worker.js', bundle(source('verifier-worker.ts')))
  const certificateWorker = put('certificate-worker.js', bundle(source('certificate-worker.ts'))).url
  const certificateKey = copy(join(root, 'storage/certificate/key/dev.key'), 'certificate.key')
  const keyId = keyIdOf(readFileSync(keyFile))
  const assets = { worker: worker.url, wasm, key, keyId, certificateWorker, certificateKey }
  const script = put('page.js', bundle(source('page.ts'), { define: { WSC_ASSETS: JSON.stringify(assets) } }))
  const style = put('styles.css', bundle(source('styles.css')))
  const icon = put('icon.svg', readFileSync(source('icon.svg')))

  const values: Readonly<Record<string, string>> = {
    CSP: metaPolicy,
    ICON: icon.url,
    STYLE: style.url,
    STYLE_INTEGRITY: style.integrity,
    SCRIPT: script.url,
    SCRIPT_INTEGRITY: script.integrity,
    FLOW: readFileSync(source('flow.html'), 'utf8').trim(),
  }
  const html = readFileSync(source('index.html'), 'utf8').replace(/%([A-Z_]+)%/g, (_match, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`index.html names ${name}, which is not built`)
    return value
  })
  writeFileSync(join(out, 'index.html'), html)
  // The form some static hosts read by themselves; for the others it says what to send.
  const lines = Object.entries(webHeaders).map(([name, value]) => `  ${name}: ${value}`)
  writeFileSync(join(out, '_headers'), `/*\n${lines.join('\n')}\n`)
}

/** As `key_id` of `folding/src/key.rs`. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update('wsc-line verifying key v1\0').update(key).digest('hex')
}

function bundle(entry: string, more: BuildOptions = {}): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    legalComments: 'none',
    ...more,
  })
  const [file] = outputFiles ?? []
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`)
  return file.contents
}

if (import.meta.main) {
  const out = join(root, 'dist/web')
  buildWeb(out)
  console.log('dist/web: the page; serve it with `npm run serve:web`, or any static server that sends _headers')
}
