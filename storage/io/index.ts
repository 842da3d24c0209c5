/** Storage's half that needs Node: files and stores. */
export { FileStore } from './file-store.ts'
export { type TableComponents, type TableEvents, TableService } from './table-service.ts'
