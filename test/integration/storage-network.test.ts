import { storageAcceptance } from '../support/storage-acceptance.ts'

/** 22 MB, partitions of 16 MB: the folder takes one and some of the next, the film does not fit beside it. */
storageAcceptance({ partitionBits: 7, folderBytes: 14_500_000, filmBytes: 8_000_000 })
