import { readFileSync } from 'node:fs'
import { decodeHeader } from '../../src/bitcoin/index.ts'
import { fileSource, History, type HistoryOwner, openLevelTable } from '../../src/bus/io/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { builtInKey } from './bus-proof.ts'

/** A process that appends a header file to the history in a directory, a few headers at a time, until it is killed. */
const [dir, file, owner] = process.argv.slice(2) as [string, string, string]
const headers = new Uint8Array(readFileSync(file))
const made = fileSource(headers)
if (!made.ok) throw new Error(made.reject)
const verifier = new NativeVerifier(await builtInKey())
const start = { height: 0, header: decodeHeader(headers) }
const history = await History.open(start, await openLevelTable(dir, JSON.parse(owner) as HistoryOwner), verifier)
const last = await made.source.tipHeight()
while (history.tipHeight < last) {
  await history.sync(made.source, Math.min(last, history.tipHeight + 37))
  process.stdout.write(`${history.tipHeight}\n`)
}
await history.close()
