import * as z from 'zod'
import { paramsOf, serveVerifier, type WorkerScope } from '../bus/index.ts'
import { openWasmVerifier } from '../proving/index.ts'
import { attestedRecord } from '../settlement/index.ts'

// zod would compile checks by `new Function`, which the page's policy forbids (and reports).
z.config({ jitless: true })

// Here and not in the page: signatures and CBOR would be most of its script.
serveVerifier(self as unknown as WorkerScope, openWasmVerifier, ({ payload }, network) =>
  payload.kind === 'inscription' ? attestedRecord(payload.envelope, paramsOf(network)) : undefined,
)
