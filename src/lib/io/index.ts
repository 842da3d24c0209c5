/** The floor's half that needs Node: disk and package. */
export { packageRoot } from './package-root.ts'
