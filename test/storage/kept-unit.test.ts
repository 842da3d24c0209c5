import { describe, expect, it } from 'vitest'
import { networkHash, regtest } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { startOf } from '../../storage/certificate/statement.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { openKeptUnit } from '../../storage/io/kept-unit.ts'
import { WinProver } from '../../storage/io/sampling/win-prover.ts'
import { blob, drawingOf, misCoded, PROOFS } from './certificate-scene.ts'
import { kernel } from './kernels.ts'
import { alice, bob } from './record-scene.ts'

const mask = openMask()
const base = encodeField([startOf(kernel, drawingOf(PROOFS.alice)).base])
/** The blob's units, and the zeros that fill its chunk. */
const bytes = new Uint8Array(16 * UNIT_BYTES)
bytes.set(blob.bytes)
const encodedUnit = (unit: number) =>
  mask.maskUnits(base, Uint32Array.of(unit), bytes.slice(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES), false)

/** What is kept of the blob under Alice's key; what is said to be `unit` is the unit `given`. */
const from = (given?: number) => ({
  ...{ kernel, mask },
  units: {
    provedEncodedUnit: async (_key: string, id: string, unit: number) =>
      id === blob.id ? { encoded: await encodedUnit(given ?? unit), path: blob.tree.unitPath(given ?? unit) } : null,
  },
})
const place = { networkHash: networkHash(regtest), key: alice.publicKey, blob, unit: 2 }

describe('a kept unit', () => {
  it('is opened by its own bytes, its chunk’s units, and the path above', async () => {
    // The last of them fills the chunk: tries draw it like any other.
    for (const unit of [0, 2, 15]) {
      expect(await openKeptUnit(from(), { ...place, unit })).toEqual({
        ...{ unit, encoded: await encodedUnit(unit) },
        ...{ unitRoots: blob.unitRoots.slice(0, 512), chunkPath: blob.tree.chunkPath(0) },
      })
    }
  })

  it('is none where it is not here, another, encoded under another key, or of another blob', async () => {
    expect(await openKeptUnit(from(), { ...place, blob: misCoded })).toBeNull()
    expect(await openKeptUnit(from(1), place)).toBeNull()
    expect(await openKeptUnit(from(), { ...place, key: bob.publicKey })).toBeNull()
    expect(await openKeptUnit(from(), { ...place, blob: { id: blob.id, root: misCoded.root } })).toBeNull()
  })
})

it('what proves wins is opened again for the next one where it could not be', async () => {
  let tries = 0
  const keys = new Proxy({} as ConstructorParameters<typeof WinProver>[0]['keys'], {
    get: () => {
      throw new Error(`no keys, ${++tries}`)
    },
  })
  const prover = new WinProver({ ...from(), keys })
  const entry = { ...blob, first: 0, chunks: 1 }
  const units = [0, 2].map((number) => ({ entry, number }))
  const won = { statement: { challenge: place }, height: 20, won: { units } } as never
  const blobs = { proofAt: () => ({ number: 0, path: new Uint8Array() }) }
  const { signal } = new AbortController()
  await expect(prover.prove(won, blobs, signal)).rejects.toThrow('no keys, 1')
  await expect(prover.prove(won, blobs, signal)).rejects.toThrow('no keys, 2')
  await prover.close()
})
