import type { Fault, PeerName } from '../bus/index.ts'

/** What a host tells beside its answers. */
export interface PeerHostEvents {
  readonly listening: { readonly addresses: readonly string[] }
  readonly connected: { readonly peer: PeerName }
  /** What it answers is known. */
  readonly identified: { readonly peer: PeerName }
  readonly disconnected: { readonly peer: PeerName }
  readonly blamed: { readonly peer: PeerName; readonly fault: Fault; readonly detail: string }
  /** It is not spoken with for a time. */
  readonly banned: { readonly peer: PeerName }
  /** An address to begin with where nobody answers; told once until somebody does. */
  readonly unreachable: { readonly address: string; readonly detail: string }
  /** Who was met at an address to begin with. */
  readonly reached: { readonly address: string; readonly peer: PeerName }
  /** What a peer asked or told could not be seen to, by our own doing. */
  readonly failed: Error
}
