import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient, ChainFeed } from '../../src/bitcoin/io/index.ts'
import { tips } from '../../src/cli/commands/bus-follow.ts'
import type { CliContext } from '../../src/cli/context.ts'
import { EXIT, explain } from '../../src/cli/exit.ts'
import { patientSource } from '../../src/cli/source.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { answering, FakeChain, FakeServer, RpcFailure } from '../bitcoin-io/fake-bitcoind.ts'

function contextOf(signal: AbortSignal, onNote: (text: string) => void = () => undefined): CliContext {
  const terminal = openTerminal({ write: () => true }, { write: (text) => onNote(text) })
  return { terminal, env: {}, signal, clock: Date.now }
}

describe('a source that waits for its node', () => {
  it('ends its pause at once when interrupted', async () => {
    const client = new BitcoindClient({ url: 'http://127.0.0.1:1' })
    const stop = new AbortController()
    // The pause begins after the note.
    const source = patientSource(
      client,
      contextOf(stop.signal, () => setTimeout(() => stop.abort(), 20)),
    )
    const error = await source.tipHeight(stop.signal).catch((caught: unknown) => caught)
    expect(explain(error, stop.signal).exit).toBe(EXIT.interrupted)
    client.close()
  })
})

it('an interrupt is told as one only where nothing else went wrong', () => {
  const stop = new AbortController()
  stop.abort(new Error('interrupted by SIGINT'))
  const coded = (code: string) => Object.assign(new Error('no'), { code })
  const wrapped = new Error('request failed', { cause: stop.signal.reason })
  for (const error of [stop.signal.reason, coded('E_ABORTED'), wrapped, new DOMException('', 'AbortError')]) {
    expect(explain(error, stop.signal)).toMatchObject({ exit: EXIT.interrupted })
  }
  for (const error of [coded('E_ENGINE'), coded('E_DISK_FULL'), new Error('no')]) {
    const told = explain(error, stop.signal)
    expect(told).toMatchObject({ exit: EXIT.unjudged, message: expect.stringContaining('not all could be saved: no') })
  }
})

describe('following', () => {
  it('ends when the node comes back on another network', async () => {
    const chain = new FakeChain()
    let trouble: 'none' | 'starting' | 'another' = 'none'
    await using server = await FakeServer.start(
      answering((call) => {
        if (trouble === 'starting') throw new RpcFailure(-28, 'Loading block index…')
        if (trouble === 'another' && call.method === 'getblockhash') return '0'.repeat(64)
        return chain.answer(call)
      }),
    )
    const feed = new ChainFeed({ client: server.client, params: regtest })
    await feed.start()
    const news = tips(
      feed,
      contextOf(new AbortController().signal, () => {
        trouble = 'another'
      }),
    )
    expect(await news.next()).toMatchObject({ done: false })
    trouble = 'starting'
    await expect(news.next()).rejects.toMatchObject({ code: 'E_NODE_WRONG_NETWORK' })
  })
})
