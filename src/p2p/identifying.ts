import type { Identify } from '@libp2p/identify'
import type { Connection } from '@libp2p/interface'
import { abortedError, retry } from '../lib/index.ts'

/** Between questions over one connection; the library gives each some seconds. */
const PAUSES = { firstMs: 1_000, mostMs: 60_000 }

/**
 * Asks who is at the other end of a new connection what it answers, again until it has said so or is gone. The library asks once:
 * two that were too busy at that moment would stay connected, and hear and ask nothing of each other.
 */
export async function identifyPeer(identify: Identify, connection: Connection): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort(abortedError())
  connection.addEventListener('close', onClose)
  try {
    const isTransient = () => connection.status === 'open'
    await retry(() => identify.identify(connection), { ...PAUSES, isTransient, signal: gone.signal })
  } catch {
    // It has left: there is nobody to be asked.
  } finally {
    connection.removeEventListener('close', onClose)
  }
}
