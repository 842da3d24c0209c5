import * as z from 'zod'
import { type OpenVerifier, serveVerifier, type WorkerScope } from '../bus/pure.ts'
import { openWasmVerifier } from '../proving/pure.ts'

// zod would compile checks by `new Function`, which the page's policy forbids (and reports).
z.config({ jitless: true })

const open: OpenVerifier = openWasmVerifier
serveVerifier(self as unknown as WorkerScope, open)
