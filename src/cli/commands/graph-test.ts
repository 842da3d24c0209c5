import { openVectors, readGraph, runVectors } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { graphArgument, openCompiled } from '../graph-place.ts'
import { jsonLine, plural } from '../text.ts'

const HELP = `
graph.test.yaml names cases: what the graph is given, as files of its folder, and what it must say, or that it must
refuse it (docs/publishing.md). Nothing is proved.

Exit codes: 0 all as they say; 1 some not; 2 there are none, or they cannot be run.
`

export const addGraphTest: AddCommand = (parent, run) => {
  parent
    .command('test')
    .addArgument(graphArgument())
    .description('run a graph over its own vectors, and compare what it says')
    .addOption(shared.json())
    .addHelpText('after', HELP + examples('graph test graphs/digits', 'graph test my-stats --json'))
    .action(
      run(async (context, folder: string, { json }: { readonly json?: boolean }) => {
        const { terminal, signal } = context
        const { folder: own } = await readGraph(folder)
        const cases = await openVectors(own)
        const graph = await openCompiled(folder, context)
        const outcomes = await runVectors(graph, cases, {
          signal,
          onOutcome({ name, outcome }) {
            if (!json)
              terminal.result(outcome.ok ? `ok    ${name}` : `FAILS ${name}: ${outcome.reject}: ${outcome.detail}`)
          },
        })
        const failed = outcomes.flatMap(({ name, outcome }) =>
          outcome.ok ? [] : [{ name, reason: outcome.reject, detail: outcome.detail }],
        )
        const valid = failed.length === 0
        const about = { valid, name: graph.manifest.name, cases: cases.length, failed }
        if (json) terminal.result(jsonLine(about))
        else
          terminal.result(
            `${graph.manifest.name}: ${cases.length - failed.length} of ${plural(cases.length, 'case')} as it says`,
          )
        return valid ? EXIT.valid : EXIT.invalid
      }),
    )
}
