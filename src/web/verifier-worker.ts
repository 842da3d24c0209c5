import * as z from 'zod'
import { serveVerifier, type WorkerScope } from '../bus/index.ts'
import { openWasmVerifier } from '../proving/index.ts'

// zod would compile checks by `new Function`, which the page's policy forbids (and reports).
z.config({ jitless: true })

serveVerifier(self as unknown as WorkerScope, openWasmVerifier)
