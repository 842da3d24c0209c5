import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll } from 'vitest'
import { hexToBytes } from '../../src/lib/index.ts'
import type { ChainNames } from '../../storage/io/gateway/resolver.ts'
import { hostLabel } from '../../storage/io/index.ts'
import { someBytes } from './bytes.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'

export const content = someBytes(300_000)
export const large = someBytes(600_000, 2)
/** An inscription that records the folder, and how far the gateway's node has seen the chain. */
export const recorded = { asOf: 7, inscription: `${'ee'.repeat(32)}i0` }

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A blob and a folder, and a gateway before them that is called gateway.test, for the tests of one file. */
export class GatewayPlace {
  reading!: ReadingPlace
  port = ''
  blob = ''
  folder = ''

  constructor() {
    beforeAll(async () => {
      this.reading = await ReadingPlace.make()
      this.blob = await this.reading.blob(content)
      this.folder = await this.reading.directory({
        'index.html': '<script>document.title = "ran"</script>',
        'a/large.bin': large,
        'a/x & <y>.txt': 'text',
        'b/index.html': 'b',
        'c.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      })
      const names: ChainNames = {
        isCatchingUp: false,
        signedName: async () => null,
        recorded: async (id) => (id === recorded.inscription ? { id: this.folder, asOf: recorded.asOf } : null),
      }
      const { blobs } = this.reading
      const url = await this.reading.gateway([blobs], { names, host: (port) => `gateway.test:${port}` })
      this.port = new URL(url).port
    })
    afterAll(() => this.reading?.remove())
  }

  /** Of the folder. */
  get ownHost(): string {
    return `${hostLabel(hexToBytes(this.folder))}.gateway.test:${this.port}`
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
    const { port } = this
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { host: `gateway.test:${port}`, ...headers },
    })
    asked.end()
    const [response] = await once(asked, 'response')
    return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
  }
}

/** Where a gateway has what a target names. */
export const at = (target: string, path = '') => `/web3/${target}:${REGTEST}${path}`

export const error = ({ body }: Answer) => JSON.parse(body.toString()).error as string
