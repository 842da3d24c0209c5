import { storageAcceptance } from '../support/storage-acceptance.ts'

/** 200 MB, in regtest's own partitions of 130 MB. */
storageAcceptance({
  ...{ partitionBits: 10, folderBytes: 130_000_000, filmBytes: 70_000_000 },
  depths: Array.from({ length: 10 }, (_, i) => i + 1),
})
