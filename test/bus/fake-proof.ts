import { regtest } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/field.ts'
import { encodeProofFile } from '../../src/bus/proof-file.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import type { VerifyOptions } from '../../src/bus/verify.ts'
import { regtestStart } from './chain-fixture.ts'
import { FakeEngine } from './fake-engine.ts'

/** Accepts what `fakeProof` makes. */
export const fakeOptions: VerifyOptions = {
  params: regtest,
  verifier: new FakeEngine(regtestStart()),
  now: 1_800_000_000,
}

/** A proof file of the fake engine, which proves nothing, for a chain that ends in `end`. */
export async function fakeProof(end: ChainState): Promise<Uint8Array> {
  const start = regtestStart()
  const engine = new FakeEngine(start)
  const fold = engine.begin(encodeField(packState(start)))
  const steps = end.context.height
  let at = encodeField(packState(start))
  for (let i = 1; i <= steps; i++) {
    const next = i === steps ? encodeField(packState(end)) : at
    const witness = new Uint8Array(640)
    witness.set(at)
    witness.set(next, 320)
    await fold.fold(witness)
    at = next
  }
  return encodeProofFile({
    keyId: engine.keyId,
    setup: 'insecure-dev',
    params: packState(start)[0] as bigint,
    start: start.start,
    steps,
    snark: await fold.compress(),
  })
}
