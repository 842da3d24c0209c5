import { type Attestation, type PathSupplement, refreshAttestation } from '../../src/bus/index.ts'
import type { Certificate } from './certificate.ts'

/**
 * The certificate with every path made anew, as of a later proof: nothing is proved or signed again, since what providers
 * sign says nothing of paths. Whether it holds under that proof, `verifyCertificate` says.
 *
 * @param place the path of a block, as of that proof
 */
export async function refreshCertificate(
  { verifyingKey, blob, challenge, keys }: Certificate,
  place: (height: number) => Promise<PathSupplement>,
): Promise<Certificate> {
  const refresh = async <Kind extends Attestation>(attestation: Kind): Promise<Kind> => {
    const refreshed = refreshAttestation(attestation, await place(attestation.height))
    if (!refreshed.ok) throw new RangeError(refreshed.detail)
    return refreshed.attestation as Kind
  }
  const refreshAll = async <Kind extends Attestation>(attestations: readonly Kind[]): Promise<Kind[]> => {
    const refreshed: Kind[] = []
    for (const attestation of attestations) refreshed.push(await refresh(attestation))
    return refreshed
  }
  const parts = []
  for (const { provider, wins, ...signed } of keys) {
    parts.push({ ...signed, provider: await refresh(provider), wins: await refreshAll(wins) })
  }
  return { verifyingKey, blob: await refresh(blob), challenge: await refresh(challenge), keys: parts }
}
