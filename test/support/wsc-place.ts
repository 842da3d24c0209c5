import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runWsc, startWsc, type WscRun } from './wsc.ts'

/** A directory for one test file, in which `wsc` runs as a process. */
export class WscPlace {
  readonly dir: string
  readonly env: Readonly<Record<string, string>>

  protected constructor(dir: string, env: Readonly<Record<string, string>>) {
    this.dir = dir
    this.env = env
  }

  remove(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true })
  }

  file(name: string): string {
    return join(this.dir, name)
  }

  async put(name: string, bytes: Uint8Array | string): Promise<string> {
    await writeFile(this.file(name), bytes)
    return this.file(name)
  }

  run(...argv: string[]) {
    return runWsc(argv, this.env)
  }

  start(...argv: string[]): WscRun {
    return startWsc(argv, this.env)
  }
}
