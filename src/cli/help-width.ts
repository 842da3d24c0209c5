import { Command } from 'commander'

/** A line of help has no more columns, however wide the terminal is. */
export const HELP_WIDTH = 100

/** A command whose texts behind its options are as wide as lines of help may be, and those of the commands below it. */
export class WscCommand extends Command {
  override createCommand(name?: string): Command {
    return new WscCommand(name)
  }

  override addHelpText(position: 'before' | 'after', text: unknown): this {
    if (typeof text !== 'string') throw new Error('a text of help is made by a function')
    return super.addHelpText(position, ({ command }) => {
      const columns = command.configureOutput().getOutHelpWidth?.() ?? 80
      return wrapHelp(text, Math.min(columns, HELP_WIDTH))
    })
  }
}

/**
 * The same text in lines of at most so many columns. Lines that follow on each other are one paragraph, unless one is set in
 * columns: those stay as they are. A command goes on in the next line, as a shell reads it.
 */
export function wrapHelp(text: string, width: number): string {
  const lines: string[] = []
  let paragraph: string[] = []
  const end = () => {
    if (paragraph.length > 0) lines.push(...filled(paragraph.join(' ').split(' '), width, { more: '', indent: '' }))
    paragraph = []
  }
  for (const line of text.split('\n')) {
    if (line.length > 0 && !line.includes('  ')) {
      paragraph.push(line)
      continue
    }
    end()
    if (line.startsWith('  $ ')) lines.push(...filledCommand(line, width))
    else lines.push(line)
  }
  end()
  return lines.join('\n')
}

/** Options begin lines with what belongs to them: so a line can be read, and copied. */
function filledCommand(line: string, width: number): string[] {
  return filled(line.split(/ (?=--)/), width, { more: ' \\', indent: '      ' })
}

function filled(words: readonly string[], width: number, { more, indent }: { more: string; indent: string }): string[] {
  const [first = '', ...rest] = words
  const lines = [first]
  for (const word of rest) {
    const last = lines.at(-1) as string
    if (last.length + 1 + word.length + more.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else {
      lines[lines.length - 1] = `${last}${more}`
      lines.push(`${indent}${word}`)
    }
  }
  return lines
}
