import type { ModuleReader } from './module-reader.ts'

/** f64, f32, i64, i32. */
export const NUMBER_TYPES: readonly number[] = [0x7c, 0x7d, 0x7e, 0x7f]

/** circom's generators have 35 locals in a function at most. */
export const MAX_LOCALS = 1_000

/**
 * An engine's compiler may keep the place of every local at every block of a function, so its memory and time grow with
 * the locals times the length of the body. circom's longest function has 293,084 bytes and a product of 3.8 million.
 */
const MAX_FUNCTION_WEIGHT = 2 ** 26
const MAX_MODULE_WEIGHT = 2 ** 28

/**
 * Reads the code section, but not its instructions; says what in it circom does not write, if anything. Parameters are
 * locals too: `widestType`, the values of the module's widest function type, is added to every function's locals.
 */
export function foreignCode(section: ModuleReader, widestType: number): string | undefined {
  let foreign: string | undefined
  let total = 0
  section.items(() => {
    const from = section.position
    const body = section.section()
    const length = section.position - from
    let locals = widestType
    body.items(() => {
      locals += body.number()
      if (!NUMBER_TYPES.includes(body.byte())) foreign ??= 'a local that is no number'
    })
    if (locals > MAX_LOCALS) foreign ??= `a function of more than ${MAX_LOCALS} locals`
    if (locals * length > MAX_FUNCTION_WEIGHT) foreign ??= `a function of ${length} bytes with ${locals} locals`
    total += locals * length
  })
  return total > MAX_MODULE_WEIGHT ? (foreign ?? 'too many locals in too long functions') : foreign
}
