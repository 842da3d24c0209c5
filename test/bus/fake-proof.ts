import { regtest } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/field.ts'
import { encodeProofFile, type ProofFile } from '../../src/bus/proof-file.ts'
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

export interface FakeProofOptions {
  /** As many as the chain has headers by default. */
  readonly steps?: number
  readonly from?: ChainState
  /** What the file says otherwise than the fake SNARK does. */
  readonly changes?: Partial<ProofFile>
}

/** A proof file of the fake engine, which proves nothing, for a chain that ends in `end`; it lets tests claim anything. */
export async function fakeProof(
  end: ChainState,
  { steps = end.context.height, from = regtestStart(), changes = {} }: FakeProofOptions = {},
): Promise<Uint8Array> {
  const engine = new FakeEngine(from)
  const fold = engine.begin(encodeField(packState(from)))
  let at = encodeField(packState(from))
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
    params: packState(from)[0] as bigint,
    start: from.start,
    steps,
    snark: await fold.compress(),
    ...changes,
  })
}
