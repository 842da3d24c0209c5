import { WscError } from '../../lib/index.ts'
import type { CircuitDeclaration } from '../circuit.ts'
import type { ProvingErrorCode } from '../errors.ts'

/** The circuits of several parts by name. A value: whoever composes the parts builds it from what each declares. */
export interface CircuitRegistry<Name extends string = string> {
  readonly all: readonly CircuitDeclaration<Name>[]
  /** Throws `E_CIRCUIT` for a name that no part declared. */
  find(name: string): CircuitDeclaration<Name>
}

/** Throws `E_CIRCUIT` where two declarations have one name. */
export function circuitRegistry<Name extends string>(
  ...parts: readonly (readonly CircuitDeclaration<Name>[])[]
): CircuitRegistry<Name> {
  const all = parts.flat()
  const byName = new Map(all.map((declaration) => [declaration.name as string, declaration]))
  if (byName.size < all.length) {
    const names = all.map(({ name }) => name)
    const twice = names.find((name, i) => names.indexOf(name) < i)
    throw new WscError<ProvingErrorCode>('E_CIRCUIT', `two circuits are called ${twice}`)
  }
  return {
    all,
    find(name) {
      const found = byName.get(name)
      if (found === undefined) {
        throw new WscError<ProvingErrorCode>(
          'E_CIRCUIT',
          `no circuit is called ${name}; there are ${[...byName.keys()].join(', ')}`,
        )
      }
      return found
    },
  }
}
