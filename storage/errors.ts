import { WscError, type WscErrorOptions } from '../src/lib/index.ts'

/**
 * Exceptions of storage: its store is used by another process, or cannot be used; nobody would keep what is to be stored, or
 * gives the bytes that an id stands for; partitions cannot be of this size, or have another one in what is kept here.
 */
export type StorageErrorCode = 'E_STORE' | 'E_LOCKED' | 'E_NO_PROVIDER' | 'E_UNREADABLE' | 'E_PARTITION_BITS'

export function storageError(
  code: StorageErrorCode,
  message: string,
  options?: WscErrorOptions,
): WscError<StorageErrorCode> {
  return new WscError(code, message, options)
}
