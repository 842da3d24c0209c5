import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Ends a node and removes its directory when this process is gone, however it went (kill -9 too): a shell of a
 * session of its own reads our end of a pipe, and the kernel closes that for us. It is told the pid to end, or `0` for
 * none; a pid is withdrawn as soon as the node has exited, so that no later owner of the number is hit.
 */
const SCRIPT = `
pid=0
while read -r line; do pid=$line; done
[ "$pid" = 0 ] || kill -9 "$pid" 2>/dev/null
rm -rf -- "$1" 2>/dev/null || { sleep 1; rm -rf -- "$1"; } # the dying node may have written once more
`

export class Watchdog {
  readonly #shell: ChildProcess

  constructor(directory: string) {
    const stdio: ['pipe', 'ignore', 'ignore'] = ['pipe', 'ignore', 'ignore']
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', directory], { detached: true, stdio })
    this.#shell.unref()
    const pipe = this.#shell.stdin
    if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
    pipe?.on('error', () => {})
  }

  guard(pid: number): void {
    this.#shell.stdin?.write(`${pid}\n`)
  }

  release(): void {
    this.#shell.stdin?.write('0\n')
  }

  /** Lets it remove the directory, and waits for that. */
  async finish(): Promise<void> {
    if (this.#shell.exitCode !== null) return
    const exited = new Promise((resolve) => this.#shell.once('exit', resolve))
    this.#shell.ref()
    this.#shell.stdin?.end()
    await exited
  }
}
