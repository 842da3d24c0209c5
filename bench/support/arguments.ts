import { parseArgs } from 'node:util'

export interface Arguments {
  readonly only: readonly string[]
  readonly quick: boolean
  readonly json: string | undefined
  readonly markdown: string | undefined
  readonly help: boolean
}

export const USAGE = `usage: npm run bench -- [--only NAME]… [--quick] [--json FILE] [--markdown FILE]

  --only NAME      these benches alone (may be repeated, or separated by commas)
  --quick          as few runs as show that everything works
  --json FILE      all figures as JSON, too
  --markdown FILE  put the tables between the markers of FILE (docs/benchmarks.md)`

/** Throws a TypeError on an unknown option, and on a name that is no bench. */
export function readArguments(args: readonly string[], names: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const only = (values.only ?? []).flatMap((list) => list.split(','))
  const unknown = only.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TypeError(`no bench is called ${unknown}; there are ${names.join(', ')}`)
  return { only, quick: values.quick, json: values.json, markdown: values.markdown, help: values.help }
}
