import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { openKernel } from '../../../storage/io/index.ts'
import {
  airdropIdentity,
  airdropNullifier,
  airdropRecipient,
  airdropTree,
  MAX_LEAVES_BYTES,
  readLeaves,
} from '../../compute/index.ts'
import { bytesToHex, errorCode, hexToBytes } from '../../lib/index.ts'
import { createPrivateFile, readPrivateFile } from '../../lib/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT, usageError } from '../exit.ts'
import { readUpTo } from '../inputs.ts'
import { jsonLine, plural } from '../text.ts'

interface Json {
  readonly json?: boolean
}

/** Bytes of a secret: below the order of the field, whatever they are. */
const SECRET_BYTES = 31
const MAX_PAID_SCRIPT_BYTES = 10_000

export const addAirdrop: AddCommand = (parent, run) => {
  const airdrop = parent.command('airdrop').description('drops whose claims hide who claims (the graph airdrop)')
  for (const add of [addIdentity, addTree, addClaim]) add(airdrop, run)
}

function addIdentity(parent: Command, run: Runner): void {
  parent
    .command('identity')
    .argument('<FILE>', 'the file of the secret, of mode 0600; a new one is drawn where there is none')
    .description('an owner: what to give to the author of a drop')
    .addOption(shared.json())
    .addHelpText('after', examples('airdrop identity my.secret'))
    .action(
      run(async ({ terminal }, file: string, { json }: Json) => {
        await createPrivateFile(file, `${bytesToHex(randomBytes(SECRET_BYTES))}\n`).catch((cause) => {
          if (errorCode(cause) !== 'EEXIST')
            throw usageError(`cannot write ${file}: ${(cause as Error).message}`, { cause })
        })
        const identity = `${airdropIdentity(await openKernel(), await readSecret(file))}`
        terminal.result(json ? jsonLine({ identity }) : identity)
        return EXIT.valid
      }),
    )
}

function addTree(parent: Command, run: Runner): void {
  parent
    .command('tree')
    .argument('<LEAVES>', 'a line for each owner: IDENTITY AMOUNT')
    .description('the author: the root of a drop')
    .addOption(shared.json())
    .addHelpText('after', examples('airdrop tree leaves.txt'))
    .action(
      run(async ({ terminal }, file: string, { json }: Json) => {
        const leaves = await leavesOf(file)
        const root = `${airdropTree(await openKernel(), leaves).root}`
        const amount = `${leaves.reduce((sum, leaf) => sum + leaf.amount, 0n)}`
        if (json) terminal.result(jsonLine({ root, leaves: leaves.length, amount }))
        else {
          terminal.result(root)
          terminal.note(`${plural(leaves.length, 'leaf', 'leaves')}, of ${amount} in all`)
        }
        return EXIT.valid
      }),
    )
}

interface ClaimOptions extends Json {
  readonly secret: string
  readonly script: string
  readonly out: string
}

function addClaim(parent: Command, run: Runner): void {
  parent
    .command('claim')
    .argument('<LEAVES>', 'the leaves of the drop, as its author published them')
    .description('an owner: the arguments of a claim, for wsc graph prove --arguments')
    .requiredOption('--secret <FILE>', 'the file of the secret')
    .requiredOption(
      '--script <HEX>',
      'whom to pay: the output script (scriptPubKey), as `bitcoin-cli validateaddress` tells it',
    )
    .requiredOption('--out <FILE>', 'the new file of arguments, of mode 0600')
    .addOption(shared.json())
    .addHelpText('after', examples('airdrop claim leaves.txt --secret my.secret --script 0014… --out claim.json'))
    .action(
      run(async ({ terminal }, file: string, { secret: from, script, out, json }: ClaimOptions) => {
        if (!/^([0-9a-f]{2})+$/.test(script) || script.length > 2 * MAX_PAID_SCRIPT_BYTES) {
          throw usageError(`--script must be the bytes of a script in lower-case hex, at most ${MAX_PAID_SCRIPT_BYTES}`)
        }
        const kernel = await openKernel()
        const secret = await readSecret(from)
        const tree = airdropTree(kernel, await leavesOf(file))
        const recipient = airdropRecipient(hexToBytes(script))
        const claim = tree.claim(secret, recipient)
        await createPrivateFile(out, `${JSON.stringify(claim)}\n`).catch((cause) => {
          throw usageError(
            `cannot write ${out}: ${errorCode(cause) === 'EEXIST' ? 'it is there already' : cause.message}`,
            { cause },
          )
        })
        const nullifier = `${airdropNullifier(kernel, secret, tree.root)}`
        const about = { root: `${tree.root}`, recipient: `${recipient}`, nullifier }
        if (json) terminal.result(jsonLine(about))
        else for (const [name, value] of Object.entries(about)) terminal.result(`${name.padEnd(9)} ${value}`)
        return EXIT.valid
      }),
    )
}

async function leavesOf(file: string) {
  const bytes = await readUpTo(file, MAX_LEAVES_BYTES)
  if (bytes.length > MAX_LEAVES_BYTES) throw usageError(`${file} is longer than ${MAX_LEAVES_BYTES} bytes`)
  const read = readLeaves(new TextDecoder().decode(bytes))
  if (!read.ok) throw usageError(`${file}: ${read.detail}`)
  return read.leaves
}

async function readSecret(file: string): Promise<bigint> {
  const text = await readPrivateFile(file, 2 * SECRET_BYTES + 2, (fault, detail, cause) =>
    usageError(`${detail}${fault === 'mode' ? ` Make it private: chmod 600 ${file}` : ''}`, { cause }),
  )
  if (!/^[0-9a-f]{62}\s*$/.test(text))
    throw usageError(`${file} holds no secret: it must be ${2 * SECRET_BYTES} hex digits`)
  return BigInt(`0x${text.trim()}`)
}
