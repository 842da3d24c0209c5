import type { Challenge } from '../../sampling/draws.ts'

type Units = readonly (Uint8Array | null)[]

/** What the thread of tries is asked, one after another: a new batch, then the units that it draws. */
export type TryRequest =
  | { readonly challenge: Challenge; readonly from: number; readonly count: number }
  | { readonly first: Units }
  | { readonly second: Units }

export type TryAnswer =
  | { readonly units: readonly (number | null)[] }
  | { readonly tickets: readonly (bigint | null)[] }
  | { readonly failed: string }
