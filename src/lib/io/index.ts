/** The floor's half that needs Node: disk and package. */
export {
  limitProcess,
  spawnConfined,
} from './confined-process.ts'
export {
  diskFiles,
  type Files,
  ioError,
  PARTIAL,
  probeReplacing,
  readRegular,
  replaceFile,
  writeAtomic,
} from './files.ts'
export {
  type Durable,
  isStoreOrAside,
  type KeyRange,
  type LevelStore,
  openByteStore,
  openJsonStore,
  type StoreWrite,
} from './level-store.ts'
export { locked } from './locked.ts'
export { packageRoot } from './package-root.ts'
export { createPrivateFile, readPrivateFile } from './private-file.ts'
export { PublicIps } from './public-ips.ts'
export { startsWhenFree, type WhenFreeOptions, whenFree } from './when-free.ts'
export { isDiskFull, whenRoom } from './when-room.ts'
