import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { HELP_WIDTH, wrapHelp } from '../../src/cli/help-width.ts'
import { buildProgram } from '../../src/cli/program.ts'

function helpOf(command: Command, columns: number): string {
  let help = ''
  const configured = { writeOut: (text: string) => (help += text), getOutHelpWidth: () => columns }
  command.configureOutput(configured)
  command.outputHelp()
  return help
}

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]
const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`

test('no line of any help is wider than a hundred columns', () => {
  const commands = all(buildProgram('0.0.0', () => async () => undefined))
  expect(commands.length).toBeGreaterThan(60)
  const wide = commands.flatMap((command) =>
    helpOf(command, 80)
      .split('\n')
      .filter((line) => line.length > HELP_WIDTH)
      .map((line) => `${pathOf(command)}: ${line}`),
  )
  expect(wide).toEqual([])
})

test('paragraphs are filled, columns stay, and a command goes on behind a backslash before an option', () => {
  const text = `
One thought that is long, and
goes on.

free      as it was, however long the line of columns may be
other

  $ wsc graph verify a.result --proof chain.proof --graph a
`
  expect(wrapHelp(text, 40)).toBe(`
One thought that is long, and goes on.

free      as it was, however long the line of columns may be
other

  $ wsc graph verify a.result \\
      --proof chain.proof --graph a
`)
})
