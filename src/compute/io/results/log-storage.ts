import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { offerKind } from '../../../../storage/index.ts'
import {
  type EncodedContent,
  encodeContent,
  type PutCost,
  PutService,
  type TableService,
} from '../../../../storage/io/index.ts'
import { poseidonOf } from '../../../bus/index.ts'
import {
  aborted,
  asError,
  bytesToHex,
  Emitter,
  type Events,
  hexToBytes,
  orAborted,
  Running,
  type RunningService,
} from '../../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'
import type { StreamResult, WholeStream } from '../../result/result-file.ts'
import { type LogCharge, logChargeSchema } from '../../results/charges.ts'
import { encodeLog, withoutLog } from '../../stream/stored-log.ts'

export interface LogStorageComponents {
  /** What puts take but for their folder: all of it started, and by whoever made it. */
  readonly put: Omit<ConstructorParameters<typeof PutService>[0], 'folder'> & { readonly table: TableService }
  /** Of this alone: logs that are not stored yet, and what is being put. */
  readonly folder: string
  /** Satoshis a virtual byte; what the node estimates unless given. */
  readonly feeRate?: number | undefined
  /** Tells what storing costs, and leaves what was begun before as it is. */
  readonly onlyQuotes?: boolean | undefined
}

export interface LogStorageEvents {
  /** Its records are on their way. @param content its id, 64 hex digits */
  readonly storing: { readonly content: string }
  /** Its records are in the table, and a provider has it. */
  readonly stored: { readonly content: string }
  /**
   * It is tried again at the next block, and once a provider is met that was not there; but not where its records are in the chain and
   * do not count, since new ones would be paid for again: `CONTENT.void` then keeps it.
   */
  readonly failed: { readonly content: string; readonly error: Error }
}

/** A result that names its log, and what brings that to the storage network. */
export interface Storing {
  readonly result: StreamResult
  /** Satoshis for its records: fees, what stays on their outputs, and what is burnt for their chunks. */
  readonly cost: bigint
  /** Satoshis a virtual byte that this is for; undefined where nothing is to be inscribed. */
  readonly feeRate: number | undefined
  /**
   * Resolves once its records are on their way, or the log is stored; what is left to do goes on. Done again it goes on too.
   *
   * @param charged of the budget, at most which is paid, at its rate, whatever it costs by now; undefined where nothing is known to be
   */
  begin(charged: LogCharge | undefined): Promise<void>
}

const FILE = 'log'
/** Beside it: what was charged before anything was sent, at most which is paid, and the rate that this was for. */
const CHARGE = 'charge.json'
const CONTENT = /^[0-9a-f]{64}$/

/**
 * Brings logs of results to the storage network. What was begun is on the disk until it is stored, and is gone on with after a
 * kill, at each block and with each provider that is met; putting pays for nothing twice.
 */
export class LogStorage implements RunningService {
  readonly #components: LogStorageComponents
  readonly #events = new Emitter<LogStorageEvents>()
  readonly #running = new Running()
  /** Puts that are at work, by the id of their content: what their records' being sent resolves. */
  readonly #puts = new Map<string, { readonly sent: Promise<void>; readonly done: Promise<void> }>()
  /** Logs that were begun here and are not stored yet, by the SHA-256 of their bytes. */
  readonly #begun = new Map<string, EncodedContent>()
  /** Content is encoded one at a time: whoever encodes has the folder. */
  #last: Promise<unknown> = Promise.resolve()
  /** Looks at what is on the disk, one after another. */
  #goingOn = Promise.resolve()
  #ending: AbortSignal = AbortSignal.abort()

  constructor(components: LogStorageComponents) {
    this.#components = components
  }

  get events(): Events<LogStorageEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    const { put, onlyQuotes = false } = this.#components
    this.#running.begin(async (ending) => {
      this.#ending = ending
      const goOn = () => {
        this.#goingOn = this.#goingOn.then(() => this.#goOn())
      }
      const offs = onlyQuotes ? [] : [put.table.events.on('tip', goOn), put.transport.meet(offerKind, goOn)]
      try {
        if (!onlyQuotes) goOn()
        await aborted(ending)
      } finally {
        for (const off of offs) off()
        await this.#goingOn
        await Promise.all([...this.#puts.values()].map(({ done }) => done))
      }
    }, signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  /** Resolves once nothing is at work here. */
  async settled(): Promise<void> {
    for (;;) {
      const looked = this.#goingOn
      await looked
      if (this.#puts.size === 0 && looked === this.#goingOn) return
      await Promise.all([...this.#puts.values()].map(({ done }) => done))
    }
  }

  /** What it takes to store the log of a result; nothing is sent. Throws what storing does. */
  async prepare(result: WholeStream): Promise<Storing> {
    const { put, feeRate } = this.#components
    await put.table.caughtUp()
    const bytes = encodeLog(result.log)
    const name = bytesToHex(sha256(bytes))
    // What a put is giving away is not encoded anew under it.
    const content = this.#begun.get(name) ?? (await this.#encoded('prepared', bytes))
    const quoted = await this.#service().quote(content, { feeRate })
    const cost = paid(quoted)
    const named = withoutLog(result, hexToBytes(content.id), poseidonOf(put.kernel))
    const begin = async (charged: LogCharge = { cost: '0' }) => {
      if (cost > 0n) await this.#requireNotVoid(content.id)
      this.#begun.set(name, content)
      // On the disk first: what is paid for is not forgotten.
      await this.#write(content.id, bytes)
      await this.#charge(content.id, charged)
      await this.#put(content).sent
    }
    return { result: named, cost, feeRate: quoted.inscribing[0]?.feeRate, begin }
  }

  /** What is on the disk and not at work. */
  async #goOn(): Promise<void> {
    const { put, folder } = this.#components
    const names = await readdir(folder).catch(() => [])
    for (const id of names.filter((name) => CONTENT.test(name))) {
      if (this.#ending.aborted) return
      if (this.#puts.has(id)) continue
      try {
        await orAborted(put.table.caughtUp(), this.#ending)
        // What was begun here lies encoded; its folder is not made anew beneath it.
        const begun = [...this.#begun.values()].find((one) => one.id === id)
        const content = begun ?? (await this.#encoded(id, null))
        if (content.id !== id) throw computeError('E_STORE', `${join(folder, id)} holds another log`)
        if (!this.#ending.aborted) this.#put(content)
      } catch (error) {
        // What is wrong with one does not hold up the others.
        if (!this.#ending.aborted) this.#tell(id, error)
      }
    }
  }

  #put(content: EncodedContent) {
    const { id } = content
    const running = this.#puts.get(id)
    if (running !== undefined) return running
    const sent = Promise.withResolvers<void>()
    // Whoever asks is told; the failure is told by events as well.
    sent.promise.catch(() => undefined)
    const service = this.#service()
    let isSent = false
    service.events.on('job', () => {
      if (!isSent) this.#events.emit('storing', { content: id })
      isSent = true
      sent.resolve()
    })
    const work = async () => {
      try {
        const { feeRate } = await this.#held(service, content)
        await service.put(content, { feeRate, signal: this.#ending })
        await rm(this.#place(id), { recursive: true, force: true })
        for (const [name, { id: begun }] of this.#begun) if (begun === id) this.#begun.delete(name)
        sent.resolve()
        this.#events.emit('stored', { content: id })
      } catch (error) {
        sent.reject(error)
        await this.#setAside(id)
        if (!this.#ending.aborted) this.#tell(id, error)
      } finally {
        this.#puts.delete(id)
      }
    }
    const one = { sent: sent.promise, done: work() }
    this.#puts.set(id, one)
    return one
  }

  /** Of two charges of one log the greater holds: what is stored in part costs less. */
  async #charge(id: string, made: LogCharge): Promise<void> {
    const before = await this.#charged(id).catch(() => null)
    if (before !== null && BigInt(before.cost) >= BigInt(made.cost)) return
    await writeAtomic(diskFiles, this.#place(id, CHARGE), new TextEncoder().encode(JSON.stringify(made)))
  }

  async #charged(id: string): Promise<LogCharge> {
    const file = this.#place(id, CHARGE)
    try {
      return logChargeSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    } catch (cause) {
      throw computeError('E_STORE', `${file} does not say what was charged for this log`, { cause })
    }
  }

  /** What was charged; throws E_STORE where putting would take more, as after a rise of the price of chunks. */
  async #held(service: PutService, content: EncodedContent): Promise<LogCharge> {
    const charged = await this.#charged(content.id)
    const cost = paid(await service.quote(content, { feeRate: charged.feeRate }))
    if (cost <= BigInt(charged.cost)) return charged
    const found = `storing this log takes ${cost} satoshis by now, and ${charged.cost} were charged: nothing is paid`
    throw computeError('E_STORE', found)
  }

  /** Where the records that were paid for are void, so is what was charged. */
  async #setAside(id: string): Promise<void> {
    if (await isThere(this.#place('put', `${id}.void.json`)))
      await rename(this.#place(id), this.#place(`${id}.void`)).catch(() => undefined)
  }

  /** Throws E_STORE where records of this log were paid for and turned out void: new ones would be paid out of the same charge. */
  async #requireNotVoid(id: string): Promise<void> {
    const place = this.#place(`${id}.void`)
    if (!(await isThere(place))) return
    throw computeError('E_STORE', `${place} is of a log whose records were paid for and do not count: nothing is paid`)
  }

  #place(...names: readonly string[]): string {
    return join(this.#components.folder, ...names)
  }

  #tell(content: string, error: unknown): void {
    this.#events.emit('failed', { content, error: asError(error) })
  }

  #service(): PutService {
    const { put, folder } = this.#components
    return new PutService({ ...put, folder: join(folder, 'put') })
  }

  async #write(name: string, bytes: Uint8Array): Promise<string> {
    const place = this.#place(name)
    await mkdir(place, { recursive: true, mode: 0o700 })
    await writeAtomic(diskFiles, join(place, FILE), bytes)
    return join(place, FILE)
  }

  /** A log as content; with null for its bytes the one that lies there. */
  async #encoded(name: string, bytes: Uint8Array | null): Promise<EncodedContent> {
    const turn = this.#last.then(async () => {
      const { put, folder } = this.#components
      const file = bytes === null ? join(folder, name, FILE) : await this.#write(name, bytes)
      const { kernel, params } = put
      const made = await encodeContent(file, { kernel, params, folder: join(folder, 'put'), signal: this.#ending })
      if (made.ok) return made.content
      throw computeError('E_INPUT', `a log cannot be stored: ${made.reject}: ${made.detail}`)
    })
    this.#last = turn.catch(() => undefined)
    return await turn
  }
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

function paid({ inscribing, burn, tips }: PutCost): bigint {
  return inscribing.reduce((total, { fees, postage }) => total + fees + postage, burn + tips)
}
