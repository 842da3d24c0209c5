import type { PeerName } from '../bus/index.ts'

/** The Ed25519 key of a peer, 32 bytes each half: with the secret one it signs what it agrees to. */
export interface PeerKey {
  readonly name: PeerName
  readonly key: Uint8Array
  readonly secretKey: Uint8Array
}

/**
 * The key in an identity's file, which is made where there is none. Throws E_P2P_IDENTITY. libp2p is loaded here and not
 * before, as by `openPeerHost`.
 */
export async function loadPeerKey(file: string): Promise<PeerKey> {
  const [{ loadIdentity }, { peerIdFromPrivateKey }] = await Promise.all([
    import('./identity.ts'),
    import('@libp2p/peer-id'),
  ])
  const identity = await loadIdentity(file)
  const name = peerIdFromPrivateKey(identity).toString()
  return { name, key: identity.publicKey.raw, secretKey: identity.raw.slice(0, 32) }
}

/** The Ed25519 key in the name of a peer, 32 bytes; null where the name is none, or of another kind of key. */
export async function publicKeyOf(name: PeerName): Promise<Uint8Array | null> {
  const { peerIdFromString } = await import('@libp2p/peer-id')
  try {
    const { publicKey } = peerIdFromString(name)
    return publicKey?.type === 'Ed25519' ? publicKey.raw : null
  } catch {
    return null
  }
}
