import { errorCode, retry } from '../lib/index.ts'
import type { CliContext } from './context.ts'

/** How long a folder that another process has is waited for. */
const PATIENCE_MS = 15_000

/** Opens what another process may have at the moment: says for what is waited, and throws E_LOCKED where that takes long. */
export async function whenFree(
  open: () => Promise<void>,
  { terminal, signal }: Pick<CliContext, 'terminal' | 'signal'>,
): Promise<void> {
  await retry(open, {
    ...{ firstMs: 100, mostMs: 1_000, withinMs: PATIENCE_MS, signal },
    isTransient: (error) => errorCode(error) === 'E_LOCKED',
    onPause(error, failures) {
      const seconds = PATIENCE_MS / 1000
      if (failures === 1) terminal.note(`${(error as Error).message}: waiting for it, up to ${seconds} s`)
    },
  })
}
