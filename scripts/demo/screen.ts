/** What the demonstration prints: numbered chapters, and stages that show how long they have been at it. */
export interface Screen {
  title(text: string): void
  chapter(title: string, ...why: readonly string[]): void
  line(text: string): void
  command(text: string): void
  /** Runs `work` with a running clock; `tell` sets what stands beside the clock, the result's text ends the line. */
  stage<T>(name: string, work: (tell: (detail: string) => void) => Promise<T>, done: (result: T) => string): Promise<T>
}

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** On a terminal the line is drawn anew this often, elsewhere a line is added this often. */
const REDRAW_MS = 200
const REPEAT_MS = 5000

export function openScreen(out: Output = process.stdout, clock: () => number = () => performance.now()): Screen {
  const tty = out.isTTY === true
  const style = (code: number, text: string) => (tty ? `\u001b[${code}m${text}\u001b[0m` : text)
  let chapters = 0
  return {
    title(text) {
      out.write(`${style(1, text)}\n`)
    },
    chapter(title, ...why) {
      chapters++
      out.write(`\n${style(1, `${chapters}  ${title}`)}\n`)
      for (const text of why) out.write(`   ${style(2, text)}\n`)
    },
    line(text) {
      out.write(`   ${text}\n`)
    },
    command(text) {
      out.write(`   ${style(36, `$ ${text}`)}\n`)
    },
    async stage(name, work, done) {
      const began = clock()
      const seconds = () => `${((clock() - began) / 1000).toFixed(1)} s`
      let detail = ''
      const draw = () => {
        const text = `   ${name} … ${seconds()}${detail === '' ? '' : `  ${detail}`}`
        if (tty) out.write(`\r\u001b[2K${style(2, text.slice(0, (out.columns ?? 80) - 1))}`)
        else out.write(`${text}\n`)
      }
      if (tty) draw()
      const timer = setInterval(draw, tty ? REDRAW_MS : REPEAT_MS)
      try {
        const result = await work((text) => {
          detail = text
        })
        out.write(`${tty ? '\r\u001b[2K' : ''}   ${done(result).padEnd(60)} ${style(2, seconds())}\n`)
        return result
      } catch (error) {
        if (tty) out.write('\n')
        throw error
      } finally {
        clearInterval(timer)
      }
    },
  }
}
