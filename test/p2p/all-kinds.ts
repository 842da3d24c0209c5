import { readdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { regtest } from '../../src/bitcoin/index.ts'
import type { Codec, GossipKind, RequestKind } from '../../src/bus/index.ts'

type AnyRequestKind = RequestKind<unknown, unknown>
type AnyGossipKind = GossipKind<unknown>

/** Every protocol of ours, by name: what any file that is named after kinds, in any part, exports. */
export interface AllKinds {
  readonly requests: readonly AnyRequestKind[]
  readonly gossip: readonly AnyGossipKind[]
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export async function allKinds(): Promise<AllKinds> {
  const files = ['src', 'storage'].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((path) => /-kinds?\.ts$/.test(path))
      .map((path) => `${ROOT}${folder}/${path}`),
  )
  const modules = await Promise.all(
    files.sort().map((file) => import(pathToFileURL(file).href) as Promise<Record<string, unknown>>),
  )
  // A kind whose messages are proved under a key, or by a program, is made for some; signed ones for a network too.
  const made = (name: string, value: unknown) => {
    if (typeof value !== 'function' || !/Gossip$/.test(name)) return value
    const id = '00'.repeat(32)
    return value.length === 1 ? value(id) : value(regtest, id)
  }
  const exported = modules
    .flatMap((module) => Object.entries(module).map(([name, value]) => made(name, value)))
    .filter((value) => typeof value === 'object')
  return {
    requests: exported.filter((value) => value !== null && 'question' in value) as unknown as AnyRequestKind[],
    gossip: exported.filter((value) => value !== null && 'message' in value) as unknown as AnyGossipKind[],
  }
}

/** The codec of one of a protocol's messages. */
export function codecOf({ requests, gossip }: AllKinds, name: string, part: string): Codec<unknown> | undefined {
  if (part === 'message') return gossip.find((kind) => kind.name === name)?.message
  const kind = requests.find((one) => one.name === name)
  return part === 'question' ? kind?.question : kind?.answer
}
