import { z } from 'zod'

/** What a manifest calls signals, elements, outputs and fields. */
export const identifier: z.ZodString = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,31}$/, 'must be letters and digits, a lower-case letter first')

/** A file of the graph's own folder: no folder above it, no absolute path. */
export const localFile: z.ZodString = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/, 'must be a path within the folder')

export function distinct(items: readonly (string | { readonly name: string })[]): boolean {
  const names = items.map((item) => (typeof item === 'string' ? item : item.name))
  return new Set(names).size === names.length
}
