import { storageAcceptance } from '../support/storage-acceptance.ts'

/** 11 MB, partitions of 8 MB: the folder takes one and some of the next, the film does not fit beside it. */
storageAcceptance({ partitionBits: 6, folderBytes: 8_400_000, filmBytes: 3_000_000, depths: [1, 3, 6, 10] })
