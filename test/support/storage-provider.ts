import { z } from 'zod'
import type { WscRun } from './wsc.ts'

const told = z.object({
  listening: z.array(z.string()).optional(),
  height: z.int().optional(),
  root: z.string().optional(),
  blob: z.object({ id: z.string(), state: z.string() }).optional(),
  scrubbed: z.object({ broken: z.int() }).optional(),
})

/** What a provider's process has told so far. */
export interface ProviderState {
  listening: readonly string[]
  tip: { readonly height: number; readonly root: string } | null
  /** The last that was said of each blob. */
  readonly blobs: Map<string, string>
  /** Chunks that scrubs found broken, all together. */
  broken: number
}

/** `wsc storage serve --json` as a process of its own, and what it tells. */
export class StorageProvider {
  readonly run: WscRun
  readonly state: ProviderState = { listening: [], tip: null, blobs: new Map(), broken: 0 }
  readonly #looks = new Set<() => void>()

  constructor(run: WscRun) {
    this.run = run
    let rest = ''
    run.child.stdout.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() as string
      for (const line of lines) this.#take(line)
      for (const look of this.#looks) look()
    })
  }

  get peer(): string {
    return this.state.listening[0]?.split('/').at(-1) as string
  }

  /** Once it has told so; ends with what it told where that takes too long, or the process ends. */
  async until(what: string, holds: (state: ProviderState) => boolean, mostMs = 300_000): Promise<void> {
    if (holds(this.state)) return
    const done = Promise.withResolvers<void>()
    const look = () => {
      if (holds(this.state)) done.resolve()
    }
    const fail = (why: string) => {
      const { blobs, ...others } = this.state
      const said = JSON.stringify({ ...others, blobs: [...blobs] })
      done.reject(new Error(`${what}: ${why}: ${said}\n${this.run.stderr()}`))
    }
    const timer = setTimeout(() => fail('not in time'), mostMs)
    void this.run.done.then(() => fail('the provider ended'))
    this.#looks.add(look)
    try {
      await done.promise
    } finally {
      clearTimeout(timer)
      this.#looks.delete(look)
    }
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    this.run.child.kill('SIGKILL')
    await this.run.done
  }

  #take(line: string): void {
    const { listening, height, root, blob, scrubbed } = told.parse(JSON.parse(line))
    if (listening !== undefined) this.state.listening = listening
    if (height !== undefined && root !== undefined) this.state.tip = { height, root }
    if (blob !== undefined) this.state.blobs.set(blob.id, blob.state)
    if (scrubbed !== undefined) this.state.broken += scrubbed.broken
  }
}
