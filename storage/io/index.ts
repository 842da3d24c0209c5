/** Storage's half that needs Node: files and stores. */
export { FileStore } from './file-store.ts'
