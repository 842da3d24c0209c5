import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as Addon from '../../../folding/index.d.ts'
import { WscError } from '../../lib/index.ts'
import { packageRoot } from '../../lib/io/index.ts'
import type { ProvingErrorCode } from '../errors.ts'

/** Where the addon is when it was built here, from `folding/`. */
const builtAddon = join(packageRoot(), 'folding/wsc-folding.node')

/** Where an installed package has the one that it brought for this kind of machine; no such folder in a clone. */
const broughtAddon = fileURLToPath(
  new URL(`../../../prebuilt/${process.platform}-${process.arch}/wsc-folding.node`, import.meta.url),
)

/** The addon's file: the one built here before the one brought along. */
export function addonFile(): string {
  return existsSync(builtAddon) || !existsSync(broughtAddon) ? builtAddon : broughtAddon
}

/** The native folding addon. Throws `E_NO_ADDON` where it has not been built: verifying works without. */
export function loadAddon(): typeof Addon {
  try {
    return createRequire(import.meta.url)(addonFile()) as typeof Addon
  } catch (cause) {
    throw new WscError<ProvingErrorCode>(
      'E_NO_ADDON',
      'proving needs the folding addon, which is not built for this machine',
      { cause, cure: { act: 'build-addon' } },
    )
  }
}

/** Throws `E_NO_ADDON` where nothing can be proved: before minutes go into what needs the addon only later. */
export function requireProver(): void {
  loadAddon()
}

/** Connects an `AbortSignal` to the addon's own flag for the time of one call. */
export async function abortable<T>(
  addon: typeof Addon,
  signal: AbortSignal | undefined,
  call: (abort: Addon.Abort) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const abort = new addon.Abort()
  const stop = () => abort.abort()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await call(abort)
  } catch (error) {
    // The caller hears its own reason, not the addon's.
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
