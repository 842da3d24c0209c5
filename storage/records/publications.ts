import { equalBytes } from '../../src/lib/index.ts'
import type { Publication } from '../../src/settlement/index.ts'
import type { StorageParams } from '../params.ts'
import { type Body, decodeBody } from './bodies.ts'
import { nameDraft, providerDraft, withdrawalDraft } from './drafts.ts'
import { nameProgram, providerProgram } from './programs.ts'

/** That a name of the author's means the blob with this id (32 bytes); null takes it back. */
export function namePublication(name: string, id: Uint8Array | null): Publication {
  return {
    program: nameProgram(name),
    draft: (place) => nameDraft(name, id, place),
    saysSame: ({ body }) => {
      const read = decodeBody('name', body)
      return read.ok && equalBytes(read.body.id, id ?? new Uint8Array(0))
    },
  }
}

/** That the author (an x-only key of 32 bytes) provides by the peer with this Ed25519 key; both halves have 32 bytes. */
export function providerPublication(
  params: StorageParams,
  author: Uint8Array,
  peer: { readonly key: Uint8Array; readonly secretKey: Uint8Array },
): Publication {
  return {
    program: providerProgram(),
    draft: (place) => providerDraft(params, author, peer, place),
    // The peer signs each under a height of its own: what it says is the key.
    saysSame: ({ body }) => says(body, (said) => 'key' in said && equalBytes(said.key, peer.key)),
  }
}

/** That the author provides no longer. */
export function withdrawalPublication(): Publication {
  return {
    program: providerProgram(),
    draft: withdrawalDraft,
    saysSame: ({ body }) => says(body, (said) => !('key' in said)),
  }
}

function says(bytes: Uint8Array, test: (said: Body<'provider'>) => boolean): boolean {
  const read = decodeBody('provider', bytes)
  return read.ok && test(read.body)
}
