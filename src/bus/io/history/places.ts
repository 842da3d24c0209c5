import type { PlaceSource } from '../../attestation/sources.ts'
import type { AttestedChain } from '../../attestation/verify.ts'
import { busError } from '../../errors.ts'
import type { History } from './history.ts'

/**
 * A history as the source of places in a proved chain. Throws E_SOURCE where it is not the history that the proof
 * commits to: its headers are then of another chain.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { fileSource, historyStart, History, loadVerifier, memoryTable, provedPlaces, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const options = { params: regtest, verifier, now: Date.now() / 1000 }
 * const proved = await verifyProof(await readFile('regtest.proof'), options)
 * const headers = fileSource(await readFile('regtest-headers.bin'))
 * const history = await History.open(historyStart(regtest), memoryTable(), verifier)
 * if (!proved.ok || !headers.ok) throw new Error('no proof or no headers')
 * await history.sync(headers.source, proved.chain.height)
 * const places = await provedPlaces(history, proved.chain)
 * const { path } = await places.place(3)
 * console.log(path.length) // 3
 */
export async function provedPlaces(history: History, chain: AttestedChain): Promise<PlaceSource> {
  await expectCommitment(history, chain)
  return livePlaces(history, chain)
}

/**
 * The same over a history that is being synced meanwhile: each place is given only while the history is the one that
 * the proof commits to. Throws E_NO_HEADERS where it is not yet, E_SOURCE where it is another, E_REORG where that
 * changed during the reading.
 */
export function livePlaces(history: History, chain: AttestedChain): PlaceSource {
  let compared = -1
  const read = async <T>(work: () => Promise<T>): Promise<T> => {
    const { rewrites } = history
    const reading = async () => {
      if (rewrites !== compared) await expectCommitment(history, chain)
      return await work()
    }
    const result = await reading().catch((cause) => {
      throw rewrites === history.rewrites ? cause : reorganised(cause)
    })
    if (rewrites !== history.rewrites) throw reorganised()
    compared = rewrites
    return result
  }
  const within = (height: number) => height >= history.start.height && height <= chain.height
  return {
    place: (height) =>
      read(async () => ({ tipHeight: chain.height, height, path: await history.path(height, chain.height) })),
    hashAt: async (height) => (within(height) ? await read(() => history.hashAt(height)) : null),
  }
}

const reorganised = (cause?: unknown) => busError('E_REORG', 'headers were taken back meanwhile', { cause })

async function expectCommitment(history: History, chain: AttestedChain): Promise<void> {
  if ((await history.commitment(chain.height)) === chain.accumulator) return
  const message = `these headers are not those that the proof of height ${chain.height} commits to`
  throw busError('E_SOURCE', message, { cure: { act: 'proof-or-headers-of-one-chain' } })
}
