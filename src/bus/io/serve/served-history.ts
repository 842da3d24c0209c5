import { errorCode } from '../../../lib/index.ts'
import type { PlaceSource } from '../../attestation/sources.ts'
import type { AttestedChain } from '../../attestation/verify.ts'
import { busError } from '../../errors.ts'
import type { History } from '../history/history.ts'
import { livePlaces, provedPlaces } from '../history/places.ts'
import type { HeaderSource } from '../prover/header-source.ts'

/** What is thrown while the history is not the proof's: it is still being made, or a reorg rewrites it. */
const CATCHING_UP: ReadonlySet<unknown> = new Set(['E_NO_HEADERS', 'E_SOURCE', 'E_REORG'])

/** True where a history is merely not in step with the proof yet. */
export function isCatchingUp(error: unknown): boolean {
  return CATCHING_UP.has(errorCode(error))
}

/** The history that a server makes paths from, whoever keeps it. */
export interface ServedHistory {
  /**
   * Resolves once it is in step with what is proved. Throws E_NO_HEADERS, E_SOURCE or E_REORG where it is not, and
   * what its source throws: asked again later, it goes on from there.
   */
  inStep(chain: AttestedChain, signal?: AbortSignal): Promise<void>
  /** Places under that proof; they throw the same three as long as the history is not in step with it. */
  places(chain: AttestedChain): PlaceSource
}

/**
 * A history of the server's own: it takes in what it lacks from a source of headers.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { fileSource, History, historyStart, loadVerifier, memoryTable, ownHistory, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const options = { params: regtest, verifier, now: Date.now() / 1000 }
 * const proof = await verifyProof(await readFile('regtest.proof'), options)
 * const headers = fileSource(await readFile('regtest-headers.bin'))
 * if (!proof.ok || !headers.ok) throw new Error('no proof or no headers')
 * const history = ownHistory(await History.open(historyStart(regtest), memoryTable(), verifier), headers.source)
 * await history.inStep(proof.chain)
 * const { path } = await history.places(proof.chain).place(3)
 * console.log(path.length) // 3
 */
export function ownHistory(history: History, headers: HeaderSource): ServedHistory {
  return {
    async inStep(chain, signal) {
      await history.sync(headers, chain.height, signal)
      await provedPlaces(history, chain)
    },
    places: (chain) => livePlaces(history, chain),
  }
}

/**
 * A history that another service of this process keeps, the prover's: it is in step as soon as that one has kept it so.
 * Null while it is not open yet.
 */
export function sharedHistory(keeper: { readonly history: History | null }): ServedHistory {
  const opened = (): History => {
    if (keeper.history !== null) return keeper.history
    throw busError('E_NO_HEADERS', 'the history is not open yet')
  }
  return {
    async inStep(chain) {
      await provedPlaces(opened(), chain)
    },
    places(chain) {
      let live: PlaceSource | null = null
      const places = () => {
        live ??= livePlaces(opened(), chain)
        return live
      }
      return {
        place: async (height) => await places().place(height),
        hashAt: async (height) => await places().hashAt(height),
      }
    },
  }
}
