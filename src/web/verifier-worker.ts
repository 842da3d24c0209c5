import * as z from 'zod'
import { serveVerifier, type WorkerScope } from '../bus/pure.ts'
import { openWasmVerifier } from '../proving/pure.ts'

// zod would compile checks by `new Function`, which the page's policy forbids (and reports).
z.config({ jitless: true })

serveVerifier(self as unknown as WorkerScope, openWasmVerifier)
