/** The floor's half that needs Node: disk and package. */
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
export { packageRoot } from './package-root.ts'
