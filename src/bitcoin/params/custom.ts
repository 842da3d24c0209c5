import * as z from 'zod'
import { hexToBytes } from '../../lib/index.ts'
import { decodeCompact } from '../compact.ts'
import { bitcoinError } from '../errors.ts'
import { decodeHeader } from '../header.ts'
import { unusableTarget } from '../usable-target.ts'
import { type NetworkParams, TARGET_TIMESPAN } from './network-params.ts'

/** Names that would pass for another network. */
const RESERVED = ['main', 'mainnet', 'bitcoin', 'test', 'testnet', 'testnet3', 'testnet4', 'signet', 'regtest']

/** Built when asked for, so that a bundle without custom networks carries no zod. */
function networkSchema() {
  const uint32 = z.int().min(0).max(0xffffffff)

  const compactHex = z
    .string()
    .regex(/^[0-9a-f]{8}$/, 'eight lower-case hex digits, as 1d00ffff')
    .transform((hex) => Number.parseInt(hex, 16))
    .superRefine((bits, ctx) => {
      const problem = unusableTarget(bits)
      if (problem) ctx.addIssue({ code: 'custom', message: problem })
    })

  const rawHeader = z
    .string()
    .regex(/^[0-9a-fA-F]{160}$/, '160 hex digits: the raw 80-byte header')
    .transform((hex) => decodeHeader(hexToBytes(hex)))

  const versionHeights = z
    .strictObject({ v2: uint32, v3: uint32, v4: uint32 })
    .refine((v) => v.v2 <= v.v3 && v.v3 <= v.v4, 'the heights of versions 2, 3, 4 must not decrease')

  return z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'up to 32 of a-z, 0-9 and -')
        .refine((name) => !RESERVED.includes(name), 'the name of a public network'),
      genesisHeader: rawHeader,
      limit: compactHex,
      epochLength: uint32.min(2),
      retargeting: z.boolean(),
      versionHeights,
    })
    .superRefine((network, ctx) => {
      const limit = decodeCompact(network.limit).target
      // Core multiplies before it divides, in 256 bits: a larger limit would wrap.
      if (network.retargeting && (limit * BigInt(4 * TARGET_TIMESPAN)) >> 256n !== 0n) {
        ctx.addIssue({
          code: 'custom',
          path: ['limit'],
          message: 'limit · 4838400 must stay below 2^256: at most 1e0377ae',
        })
      }
      const { bits } = network.genesisHeader
      const problem = unusableTarget(bits) ?? (decodeCompact(bits).target > limit ? 'easier than the limit' : undefined)
      if (problem) ctx.addIssue({ code: 'custom', path: ['genesisHeader'], message: `nBits: ${problem}` })
    })
}

/**
 * A network of one's own from JSON (text or value). The genesis header is taken as given: it need not meet its
 * target. Its parameter element carries the custom flag, so no proof of it ever passes for a built-in network.
 *
 * @example
 * import { encodeHeader, loadCustomParams, regtest } from 'wsc-bitcoin'
 *
 * const params = loadCustomParams({
 *   name: 'lab',
 *   genesisHeader: Buffer.from(encodeHeader(regtest.genesis)).toString('hex'),
 *   limit: '207fffff',
 *   epochLength: 20,
 *   retargeting: false,
 *   versionHeights: { v2: 1, v3: 1, v4: 1 },
 * })
 * console.log(params.name, params.custom) // lab true
 */
export function loadCustomParams(json: unknown): NetworkParams {
  const parsed = networkSchema().safeParse(typeof json === 'string' ? parseJson(json) : json)
  if (!parsed.success) {
    throw bitcoinError('E_PARAMS', `custom network: ${z.prettifyError(parsed.error)}`, { cause: parsed.error })
  }
  const network = parsed.data
  return {
    name: network.name,
    custom: true,
    genesis: network.genesisHeader,
    limitCompact: network.limit,
    epochLength: network.epochLength,
    retargeting: network.retargeting,
    v2Height: network.versionHeights.v2,
    v3Height: network.versionHeights.v3,
    v4Height: network.versionHeights.v4,
    segwitHeight: 0,
    minDifficultyAfter20Minutes: false,
    bip94: false,
    provable: true,
    weakPow: true,
    rpcPort: undefined,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw bitcoinError('E_PARAMS', 'custom network: not JSON', { cause })
  }
}
