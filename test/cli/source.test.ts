import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { NodeClient } from '../../src/bitcoin/node/index.ts'
import { tips } from '../../src/cli/commands/bus-follow.ts'
import type { CliContext } from '../../src/cli/context.ts'
import { EXIT, explain } from '../../src/cli/exit.ts'
import { patientSource } from '../../src/cli/source.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { answering, FakeChain, FakeServer, RpcFailure } from '../bitcoin-node/fake-node.ts'

function contextOf(signal: AbortSignal, onNote: (text: string) => void = () => undefined): CliContext {
  const terminal = openTerminal({ write: () => true }, { write: (text) => onNote(text) })
  return { terminal, env: {}, signal, clock: Date.now }
}

describe('a source that waits for its node', () => {
  it('ends its pause at once when interrupted', async () => {
    const client = new NodeClient({ url: 'http://127.0.0.1:1' })
    const stop = new AbortController()
    // The pause begins after the note.
    const source = patientSource(
      client,
      contextOf(stop.signal, () => setTimeout(() => stop.abort(), 20)),
    )
    const began = performance.now()
    const error = await source.tipHeight(stop.signal).catch((caught: unknown) => caught)
    expect(performance.now() - began).toBeLessThan(800)
    expect(explain(error, stop.signal).exit).toBe(EXIT.interrupted)
    client.close()
  })
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
    const news = tips(
      server.client,
      regtest,
      contextOf(new AbortController().signal, () => {
        trouble = 'another'
      }),
    )
    expect(await news.next()).toMatchObject({ done: false })
    trouble = 'starting'
    await expect(news.next()).rejects.toMatchObject({ code: 'E_NODE_WRONG_NETWORK' })
  })
})
