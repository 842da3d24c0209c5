import type { MaskKernel } from '../mask-kernel.ts'
import type { StorageKernel } from '../storage-kernel.ts'
import type { TryKernel } from '../try-kernel.ts'
import { loadAddon } from './addon.ts'

/** Storage's computations by the addon: on all cores, and the long ones off the event loop. Throws E_NO_ADDON. */
export function openNativeStorage(): StorageKernel {
  return loadAddon()
}

/** The mask of storage, off the event loop. Throws E_NO_ADDON. */
export function openMask(): MaskKernel {
  return loadAddon()
}

/** Tries of sampling, by the addon. */
export function openTries(): TryKernel {
  return loadAddon()
}
