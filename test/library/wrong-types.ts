import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WscError } from '../../src/lib/index.ts'

/** Whether a value is what an option takes, said here once more and independently of the code. */
export type Takes = (value: unknown) => boolean

/** A public function with its options: each with what it takes, all of it left out where it may be. */
export interface Subject {
  readonly name: string
  /** Good options. */
  readonly good: () => object
  readonly takes: Readonly<Record<string, Takes>>
  /** Codes of this function's own, beside E_OPTIONS. */
  readonly codes?: readonly string[]
  call(options: never): unknown
}

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true }),
  fc.constantFrom<unknown>(
    null,
    '',
    '0',
    '5',
    '1800000000',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0.5,
    [],
    {},
    true,
  ),
  fc.constantFrom<unknown>(() => 0, Symbol('s'), new Map(), new Uint8Array(3), 0n, -1n),
)

/** Refuses every value of a wrong type, for each option; names that are no options; and what is no object at all. */
export function refusesWrongTypes({ name, good, takes, codes = [], call }: Subject): void {
  const refused = async (options: unknown) => {
    const outcome = await (async () => call(options as never))().then(
      () => 'taken',
      (error: unknown) => error,
    )
    expect(outcome).toBeInstanceOf(WscError)
    expect(['E_OPTIONS', ...codes]).toContain((outcome as WscError).code)
  }

  it.each(Object.entries(takes))(`${name} refuses what is no %s`, async (option, isTaken) => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        fc.pre(value !== undefined && !isTaken(value))
        await refused({ ...good(), [option]: value })
      }),
      { numRuns: 60 },
    )
  })

  it(`${name} refuses names that are no options, and what is no object`, async () => {
    await refused({ ...good(), misspelt: 1 })
    for (const value of [null, 5, 'text', [], true, () => 0]) await refused(value)
  })
}
