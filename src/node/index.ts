/** The composition root: what is made of all parts together. */
export { projectCircuits } from './circuits.ts'
