import { claimsOf } from '../bus/index.ts'

/** What to try next, where it follows from the reason; what the file says of itself only helps to say it. */
export function cureOf(
  reason: string,
  proof: Uint8Array | undefined,
  options: { readonly key?: string | undefined },
): string | null {
  if (reason === 'wrong-network') {
    if (proof === undefined) return null
    const network = claimsOf(proof)?.network ?? null
    if (network !== null) return `the file names ${network}: try --network ${network}`
    return 'it names none of the built-in networks: say which by --network N, or by its parameter file'
  }
  if (reason === 'insecure-setup') {
    return 'to accept it all the same, though anyone can forge such a proof: --insecure-dev-setup'
  }
  if (reason === 'wrong-setup' && options.key === undefined) {
    return 'the ceremony’s key is not built in: make it by `wsc setup --ptau FILE`, give it by --key FILE'
  }
  if (reason === 'wrong-key') {
    return 'it was made by another version of this program, or with other powers of tau: prove anew, or give its key by --key FILE'
  }
  return null
}
