import { ChainFeed } from '../../bitcoin/io/index.ts'
import { verifyJson } from '../../bus/index.ts'
import { follow } from '../../bus/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT } from '../exit.ts'
import { heldProof } from '../held-proof.ts'
import { readNetwork, requireProvable } from '../inputs.ts'
import { outageText } from '../outage.ts'
import { requireWritable } from '../outputs.ts'
import { openSession, type SessionOptions } from '../session.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine } from '../text.ts'

interface Options extends SessionOptions, RpcOptions {
  readonly out: string
  readonly json?: boolean
}

export const addBusFollow: AddCommand = (parent, run) => {
  parent
    .command('follow')
    .description(
      'follow a node: fold each new block at once and keep a current proof file, atomically replaced; a proof with more work that lies there stays',
    )
    .addOption(shared.rpc())
    .addOption(shared.rpcCookie())
    .addOption(shared.network())
    .addOption(shared.anchor())
    .addOption(shared.dataDir())
    .requiredOption('--out <FILE>', 'the proof file to keep current (required)')
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addOption(shared.checkpointEvery())
    .addOption(shared.json())
    .addHelpText('after', examples('bus follow --network regtest --out current.proof'))
    .action(run(followNode))
}

async function followNode(context: CliContext, options: Options): Promise<0> {
  const { terminal, signal, clock } = context
  const params = requireProvable(await readNetwork(options.network))
  await requireWritable(options.out, context.env, options)
  const client = await openBitcoind(options, params, context)
  const feed = new ChainFeed({ client, params })
  try {
    await feed.start(signal)
    const session = await openSession(options, context)
    try {
      session.history.from(feed)
      let held = (await heldProof(options.out, session.verifyOptions(), terminal))?.chain ?? null
      await follow({
        prover: session.prover,
        source: feed,
        start: session.start,
        news: tips(feed, context),
        clock,
        signal,
        onTooNew: ({ height, detail }) =>
          terminal.note(`waiting for the next block: block ${height}: ${detail}; is this machine's clock right?`),
        onUnsettled: (error) => terminal.note(`waiting for the next block: ${error.message}`),
        onStage: () => terminal.progress('compress …'),
        async publish(proof, _state, seconds) {
          const proved = await session.publish(proof, options.out, held)
          if (proved === null) {
            terminal.note(
              `${options.out} keeps its proof of height ${held?.height}: the node's chain has no more work yet`,
            )
            return
          }
          held = null
          terminal.result(
            options.json
              ? jsonLine({ ...verifyJson(proved), file: options.out, bytes: proof.length, seconds })
              : `height ${proved.height}  tip ${proved.tip}  work ${proved.work.toString(16)}  ${proof.length} bytes  ${seconds.toFixed(1)} s`,
          )
        },
      })
      return EXIT.valid
    } finally {
      await session.close()
    }
  } finally {
    await feed.stop()
    client.close()
  }
}

/** Yields whenever the node may have another tip; outages are told and waited out. */
export async function* tips(feed: ChainFeed, { terminal, signal }: CliContext): AsyncGenerator<void> {
  const from = await feed.tip(signal)
  for await (const event of feed.subscribe({ from, signal })) {
    if (event.type === 'tip') yield
    else if (event.type === 'unreachable') terminal.note(outageText(event))
    else if (event.type === 'recovered') terminal.note('the node answers again')
    else if (event.type === 'disconnected') terminal.note(`block ${event.height} left the chain`)
  }
}
