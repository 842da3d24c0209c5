/** Storage's half that needs Node: files and stores. */
export { FileStore } from './file-store.ts'
export { sourceFiles } from './folder.ts'
export { TableService } from './table-service.ts'
