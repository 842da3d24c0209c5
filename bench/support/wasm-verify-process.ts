import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { loadVerifier } from '../../src/index.ts'
import { repeat, timed } from './timing.ts'
import type { WasmVerifyAnswer, WasmVerifyRequest, WasmVerifyTimes } from './wasm-verify.ts'

// The process behind `wasmVerify`: nothing is compiled or warm when it begins.
const POSEIDONS = 20_000

async function measure(request: WasmVerifyRequest): Promise<WasmVerifyTimes> {
  const load = await timed(() => loadVerifier())
  const verifier = load.value
  const verify = () => verifier.verify(request.snark, request.steps, request.start)
  const first = await timed(verify)
  const warm = await repeat(request.runs, verify, 0)
  const hashing = await timed(() => verifier.poseidon(1, new Uint8Array(96 * POSEIDONS)))
  return {
    keyId: verifier.keyId,
    wasmBytes: await size('wsc-folding.wasm'),
    keyBytes: await size('dev.key'),
    load: { wall: load.wall, cpu: load.cpu },
    first: { wall: first.wall, cpu: first.cpu },
    warm,
    poseidonsPerSecond: POSEIDONS / hashing.wall,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}

const size = async (name: string) => (await stat(new URL(`../../src/bus/verifier/${name}`, import.meta.url))).size

const [request] = (await once(process, 'message')) as [WasmVerifyRequest]
const answer: WasmVerifyAnswer = await measure(request).then(
  (times) => ({ ok: true, times }),
  (error) => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
)
process.send?.(answer, () => process.disconnect())
