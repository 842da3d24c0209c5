/** Storage's half that needs Node: files and stores. */
export { FileStore } from './file-store.ts'
export { sourceFiles } from './folder.ts'
export { openKernel } from './kernel.ts'
export { type Measured, measure } from './measure.ts'
export { storageFolder } from './places.ts'
export { TableService } from './table-service.ts'
