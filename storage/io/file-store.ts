import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ioError } from '../../src/lib/io/index.ts'
import type { BlobStore } from '../blob/store.ts'

/** A blob's units in a file of its own; nothing is on the disk for sure before `sync`. Failures are E_IO or E_DISK_FULL. */
export class FileStore implements BlobStore {
  readonly #file: FileHandle
  readonly #path: string

  private constructor(file: FileHandle, path: string) {
    this.#file = file
    this.#path = path
  }

  /** Opens a file, which is made where there is none. */
  static async open(path: string): Promise<FileStore> {
    return await FileStore.#opened(path, constants.O_RDWR | constants.O_CREAT, 'write')
  }

  /** Opens a file that is there, to be read alone. */
  static async toRead(path: string): Promise<FileStore> {
    return await FileStore.#opened(path, constants.O_RDONLY, 'read')
  }

  static async #opened(path: string, flags: number, doing: 'read' | 'write'): Promise<FileStore> {
    const file = await open(path, flags, 0o600).catch((error) => {
      throw ioError(error, path, doing)
    })
    return new FileStore(file, path)
  }

  async write(at: number, bytes: Uint8Array): Promise<void> {
    await this.#said(async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, at + done)
        done += bytesWritten
      }
    })
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    await this.#said(async () => {
      for (let done = 0; done < length; ) {
        const { bytesRead } = await this.#file.read(bytes, done, length - done, at + done)
        if (bytesRead === 0) throw new RangeError(`${at + length} is beyond the end of ${this.#path}`)
        done += bytesRead
      }
    }, 'read')
    return bytes
  }

  async truncate(length: number): Promise<void> {
    await this.#said(() => this.#file.truncate(length))
  }

  async sync(): Promise<void> {
    await this.#said(() => this.#file.datasync())
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #said(work: () => Promise<void>, doing: 'read' | 'write' = 'write'): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw ioError(error, this.#path, doing)
    }
  }
}
