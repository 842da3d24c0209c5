import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real disk of some megabytes (tmpfs), that can be filled. Mounting one takes root, which CI has; else it says why not. */
export class SmallDisk {
  readonly dir: string
  readonly isThere: boolean

  private constructor(dir: string, isThere: boolean) {
    this.dir = dir
    this.isThere = isThere
  }

  static async mount(megabytes: number): Promise<SmallDisk> {
    const dir = await mkdtemp(join(tmpdir(), 'wsc-tmpfs-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'pipe' })
      return new SmallDisk(dir, true)
    } catch (error) {
      console.error(`full disk: skipped, a tmpfs cannot be mounted here: ${(error as Error).message}`)
      return new SmallDisk(dir, false)
    }
  }

  /** Until no byte is left but for these. */
  async fill(except = 0): Promise<void> {
    const { bavail, bsize } = await statfs(this.dir)
    await writeFile(join(this.dir, 'filler'), new Uint8Array(Math.max(0, bavail * bsize - except)))
  }

  /** What `fill` took is free again. */
  async free(): Promise<void> {
    await rm(join(this.dir, 'filler'))
  }

  async unmount(): Promise<void> {
    if (this.isThere) execFileSync('umount', [this.dir])
    await rm(this.dir, { recursive: true, force: true })
  }
}
