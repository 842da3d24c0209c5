/** Settlement: inscriptions on Bitcoin, written and found. */
export * from './pure.ts'
