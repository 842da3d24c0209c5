import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { REGTEST, ReadingPlace } from './reading-place.ts'

/** A folder that a gateway serves, and a directory to write to, for the tests of one file. */
export class ServedFolder {
  reading!: ReadingPlace
  dir = ''
  gateway = ''
  id = ''

  constructor(files: Readonly<Record<string, Uint8Array | string>>) {
    beforeAll(async () => {
      this.reading = await ReadingPlace.make()
      this.dir = await mkdtemp(join(tmpdir(), 'wsc-folder-'))
      this.gateway = await this.reading.gateway()
      this.id = await this.reading.directory(files)
    })
    afterAll(async () => {
      await this.reading?.remove()
      if (this.dir !== '') await rm(this.dir, { recursive: true, force: true })
    })
  }

  uri(path: string): string {
    return `web3://${this.id}:${REGTEST}${path}`
  }
}
