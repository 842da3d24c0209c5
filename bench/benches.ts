import type { Bench } from './bench.ts'
import { attestations } from './benches/attestations.ts'
import { certificate } from './benches/certificate.ts'
import { compress } from './benches/compress.ts'
import { computeNetwork } from './benches/compute-network.ts'
import { constraints } from './benches/constraints.ts'
import { digits } from './benches/digits.ts'
import { digitsPrivate } from './benches/digits-private.ts'
import { folding } from './benches/folding.ts'
import { gateway } from './benches/gateway.ts'
import { graphStream } from './benches/graph-stream.ts'
import { height } from './benches/height.ts'
import { live } from './benches/live.ts'
import { mask } from './benches/mask.ts'
import { oneShot } from './benches/one-shot.ts'
import { peers } from './benches/peers.ts'
import { poseidon } from './benches/poseidon.ts'
import { providers } from './benches/providers.ts'
import { rules } from './benches/rules.ts'
import { sampling } from './benches/sampling.ts'
import { scan } from './benches/scan.ts'
import { serve } from './benches/serve.ts'
import { setup } from './benches/setup.ts'
import { steps } from './benches/steps.ts'
import { storage } from './benches/storage.ts'
import { storageNetwork } from './benches/storage-network.ts'
import { verify } from './benches/verify.ts'
import { witness } from './benches/witness.ts'

/** In the order of docs/benchmarks.md. */
export const benches: readonly Bench[] = [
  constraints,
  folding,
  steps,
  compress,
  verify,
  oneShot,
  setup,
  height,
  live,
  witness,
  rules,
  poseidon,
  storage,
  mask,
  sampling,
  storageNetwork,
  providers,
  gateway,
  certificate,
  graphStream,
  computeNetwork,
  digits,
  digitsPrivate,
  attestations,
  scan,
  serve,
  peers,
]
