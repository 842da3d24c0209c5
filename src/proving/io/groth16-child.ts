import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { groth16, type Logger, powersOfTau, wtns, zKey } from 'snarkjs'
import type { Groth16Answer, Groth16Request, Groth16Stage } from './groth16-messages.ts'
import { witnessFile } from './witness-file.ts'

type Of<Kind extends Groth16Request['kind']> = Extract<Groth16Request, { kind: Kind }>

const none = () => undefined
const SILENT: Logger = { debug: none, info: none, warn: none, error: none }

/**
 * snarkjs in a process of its own: it keeps threads that would hold the caller's process, cannot be stopped but with its
 * process, and takes gigabytes for large circuits.
 */
process.on('message', (request: Groth16Request) => {
  answer(request).then(send, (error: unknown) => {
    // What it is set up from is a file of somebody's; what it proves from was made here.
    const failed = request.kind === 'prove' ? 'E_INTERNAL' : 'E_SETUP'
    send({ failed, detail: error instanceof Error ? error.message : String(error) })
  })
})
// Nobody asks any more.
process.on('disconnect', () => process.exit())

async function answer(request: Groth16Request): Promise<Groth16Answer> {
  switch (request.kind) {
    case 'prove':
      return await prove(request)
    case 'set-up':
      return await setUp(request)
    case 'begin':
      return (await begin(request.r1cs, request.ptau, request.zkey)) ?? { done: 'zkey' }
    case 'contribute':
      await zKey.contribute(request.from, request.zkey, request.name, randomBytes(64).toString('hex'), SILENT)
      return { done: 'zkey' }
    case 'beacon':
      await zKey.beacon(request.from, request.zkey, '', request.beacon, request.rounds, SILENT)
      return { done: 'zkey' }
    case 'check':
      return await check(request)
    case 'check-powers':
      return await verdict((logger) => powersOfTau.verify(request.ptau, logger))
    case 'key':
      return { done: 'key', key: await zKey.exportVerificationKey(request.zkey, SILENT) }
  }
}

async function setUp({ r1cs, ptau, zkey, beacon, rounds }: Of<'set-up'>): Promise<Groth16Answer> {
  const initial = `${zkey}.initial`
  const failed = await begin(r1cs, ptau, initial)
  if (failed !== null) return failed
  await zKey.beacon(initial, zkey, 'development', beacon, rounds, SILENT)
  await rm(initial)
  return { done: 'key', key: await zKey.exportVerificationKey(zkey, SILENT) }
}

/** Null where it is made. */
async function begin(r1cs: string, ptau: string, zkey: string): Promise<Groth16Answer | null> {
  const { logger, errors } = listening()
  if ((await zKey.newZKey(r1cs, ptau, zkey, logger)) !== -1) return null
  return { failed: 'E_SETUP', detail: errors.join('; ') }
}

async function check({ r1cs, ptau, zkey, initial }: Of<'check'>): Promise<Groth16Answer> {
  try {
    const failed = await begin(r1cs, ptau, initial)
    return failed ?? (await verdict((logger) => zKey.verifyFromInit(initial, ptau, zkey, logger)))
  } finally {
    await rm(initial, { force: true })
  }
}

/** What is no such file at all throws: it may be anybody's. */
async function verdict(verify: (logger: Logger) => Promise<boolean>): Promise<Groth16Answer> {
  const { logger, errors } = listening()
  const isSound = await verify(logger).catch((error: unknown) => {
    errors.push(error instanceof Error ? error.message : String(error))
    return false
  })
  return { done: 'checked', fault: isSound === true ? null : errors.join('; ') || 'a contribution does not hold' }
}

function listening(): { readonly logger: Logger; readonly errors: string[] } {
  const errors: string[] = []
  return { errors, logger: { ...SILENT, error: (text) => errors.push(text) } }
}

async function prove({ r1cs, zkey, witness }: Of<'prove'>): Promise<Groth16Answer> {
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
