import { WscError, type WscErrorOptions } from '../src/lib/index.ts'

/**
 * Exceptions of storage: its store is used by another process, or cannot be used; the disk is full; nobody would keep what is
 * to be stored, or gives the bytes that an id stands for; partitions cannot be of this size, or have another one in what is
 * kept here; a record in the chain does not count, by the rule that the message names; a provider that is to be tipped has no
 * address; a certificate would be longer than one may be.
 */
export type StorageErrorCode =
  | 'E_STORE'
  | 'E_LOCKED'
  | 'E_DISK_FULL'
  | 'E_NO_PROVIDER'
  | 'E_UNREADABLE'
  | 'E_PARTITION_BITS'
  | 'E_NOT_COUNTED'
  | 'E_NO_TIP'
  | 'E_CERTIFICATE_SIZE'

export function storageError(
  code: StorageErrorCode,
  message: string,
  options?: WscErrorOptions,
): WscError<StorageErrorCode> {
  return new WscError(code, message, options)
}
