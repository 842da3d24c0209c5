import { WscError } from '../../lib/index.ts'
import type { ProvingErrorCode } from '../errors.ts'
import { withContainer } from './iden3-container.ts'

/** Header, τ on both groups, α, β, their Lagrange forms: all but the contributions' list, which nobody needs, is read. */
const NEEDED = [1, 2, 3, 4, 5, 6, 12, 13, 14, 15]

/**
 * That a powers-of-tau file (iden3's container, as snarkjs writes it) has what a proving key of Groth16 is made from: a pruned one, which is
 * enough for other proof systems, has not. Throws E_PTAU, which says the cure, and E_SETUP where it cannot be read.
 */
export async function requirePhase2Powers(path: string): Promise<void> {
  const missing = await withContainer(path, 'ptau', async (container) =>
    container === null ? null : NEEDED.filter((section) => !container.sections.has(section)),
  )
  if (missing?.length === 0) return
  const what = missing === null ? 'is no powers-of-tau file' : `lacks sections ${missing.join(', ')}`
  throw new WscError<ProvingErrorCode>(
    'E_PTAU',
    `${path} ${what}: Groth16 takes a file of 11 sections; take the ceremony's prepared one, or run \`snarkjs powersoftau prepare phase2 FILE PREPARED\``,
  )
}
