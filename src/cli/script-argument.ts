import type { NetworkParams } from '../bitcoin/index.ts'
import { MAX_SCRIPT_BYTES } from '../compute/index.ts'
import { hexToBytes } from '../lib/index.ts'
import { addressScript } from '../settlement/io/index.ts'
import { usageError } from './exit.ts'

/** A script in hexadecimal, or that of an address of the network. */
export function readScript(params: NetworkParams, text = ''): Uint8Array {
  const script = /^([0-9a-f]{2})*$/.test(text) ? hexToBytes(text) : addressScript(params, text)
  if (script === null) throw usageError(`--script is neither hexadecimal nor an address of ${params.name}`)
  if (script.length <= MAX_SCRIPT_BYTES) return script
  throw usageError(`--script has ${script.length} bytes; scripts of up to ${MAX_SCRIPT_BYTES} are compared`)
}
