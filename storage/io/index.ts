/** Storage's half that needs Node: files and stores. */
export { BlobFolder } from './blob-folder.ts'
export { FileStore } from './file-store.ts'
export { sourceFiles } from './folder.ts'
export { hostLabel } from './gateway/hosts.ts'
export { type ChainNames, chainNames } from './gateway/resolver.ts'
export { gatewayRoutes } from './gateway/routes.ts'
export { TableService } from './table-service.ts'
