import { bytesToHex } from '@noble/hashes/utils.js'
import { blockHash, encodeHeader } from '../../src/bitcoin/index.ts'

/** 0x377ae · 2^216, the easiest target a retargeting network may have: 4.8 million hashes. */
const LIMIT = 0x1e0377ae

function network(name: string, time: number, limit: number, bits: number, epochLength: number, heights: number[]) {
  const zero = new Uint8Array(32)
  const genesis = { version: 1, prevHash: blockHash(zero), merkleRoot: zero, time, bits, nonce: 0 }
  const [v2 = 1, v3 = 1, v4 = 1] = heights
  return {
    name,
    genesisHeader: bytesToHex(encodeHeader(genesis)),
    limit: limit.toString(16).padStart(8, '0'),
    epochLength,
    retargeting: true,
    versionHeights: { v2, v3, v4 },
  }
}

/** The networks of the differential vectors, as custom network files; genesis headers are not mined. */
export const differentialNetworks = [
  // Every rule within twelve headers: three version heights, an epoch every fourth block.
  network('short-epochs', 1_600_000_000, LIMIT, LIMIT, 4, [3, 6, 9]),
  // Starts at twice the limit's difficulty, so that easier nBits exist in mid-epoch.
  network('long-epochs', 1_700_000_000, LIMIT, 0x1e01bbd7, 10, [1, 1, 1]),
  // A mantissa whose low byte is zero: 1f000377 is the same target, written otherwise.
  network('round-limit', 1_650_000_000, 0x1e037700, 0x1e037700, 4, [1, 1, 1]),
  // Times from 0: the start window's zeros are no smaller than these.
  network('time-zero', 0, LIMIT, LIMIT, 20, [1, 1, 1]),
] as const
