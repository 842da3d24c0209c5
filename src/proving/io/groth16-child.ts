import { rm } from 'node:fs/promises'
import { groth16, type Logger, wtns, zKey } from 'snarkjs'
import type { Groth16Answer, Groth16Request, Groth16Stage } from './groth16-messages.ts'
import { witnessFile } from './witness-file.ts'

/** 2^10 rounds of hashing: the least that there are. */
const BEACON_POWER = 10

const none = () => undefined
const SILENT: Logger = { debug: none, info: none, warn: none, error: none }

/**
 * snarkjs in a process of its own: it keeps threads that would hold the caller's process, cannot be stopped but with its
 * process, and takes gigabytes for large circuits.
 */
process.on('message', (request: Groth16Request) => {
  answer(request).then(send, (error: unknown) => {
    // What it is set up from is a file of somebody's; what it proves from was made here.
    const failed = request.kind === 'set-up' ? 'E_SETUP' : 'E_INTERNAL'
    send({ failed, detail: error instanceof Error ? error.message : String(error) })
  })
})
// Nobody asks any more.
process.on('disconnect', () => process.exit())

async function answer(request: Groth16Request): Promise<Groth16Answer> {
  if (request.kind === 'prove') return await prove(request)
  const { r1cs, ptau, zkey, beacon } = request
  const errors: string[] = []
  const logger: Logger = { ...SILENT, error: (text) => errors.push(text) }
  const initial = `${zkey}.initial`
  if ((await zKey.newZKey(r1cs, ptau, initial, logger)) === -1) return { failed: 'E_SETUP', detail: errors.join('; ') }
  await zKey.beacon(initial, zkey, 'development', beacon, BEACON_POWER, SILENT)
  await rm(initial)
  return { done: 'set-up', key: await zKey.exportVerificationKey(zkey, SILENT) }
}

async function prove({ r1cs, zkey, witness }: Extract<Groth16Request, { kind: 'prove' }>): Promise<Groth16Answer> {
  const file = () => ({ type: 'mem', data: witnessFile(witness) }) as const
  send({ stage: 'check the witness' })
  // Proving checks nothing: from a witness that breaks a constraint comes a proof that does not verify.
  if (!(await wtns.check(r1cs, file(), SILENT)))
    return { failed: 'E_WITNESS', detail: 'the witness breaks a constraint' }
  send({ stage: 'prove' })
  const { proof, publicSignals } = await groth16.prove(zkey, file(), SILENT)
  return { done: 'proof', proof, publicValues: publicSignals.length }
}

function send(message: Groth16Answer | Groth16Stage): void {
  process.send?.(message)
}
