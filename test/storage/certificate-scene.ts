import { readFileSync } from 'node:fs'
import {
  type Block,
  type BlockHash,
  packParams,
  regtest,
  type Transaction,
  toDisplay,
  transactionId,
} from '../../src/bitcoin/index.ts'
import {
  attestHeader,
  attestInscription,
  type HeaderAttestation,
  type InscriptionAttestation,
  openBlock,
} from '../../src/bus/index.ts'
import { History } from '../../src/bus/io/history/history.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import { bytesToHex, concatBytes, hexToBytes } from '../../src/lib/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { encodeCertificate } from '../../storage/certificate/binary.ts'
import type { CertifiedKey } from '../../storage/certificate/certificate.ts'
import { certificateMessage } from '../../storage/certificate/signature.ts'
import type { Drawing } from '../../storage/certificate/statement.ts'
import { type VerifyCertificateOptions, verifyCertificate } from '../../storage/certificate/verify.ts'
import { winDraft } from '../../storage/records/drafts.ts'
import { syntheticBlock } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'
import {
  alice,
  blobOf,
  blobReveal,
  bob,
  paramsOf,
  peers,
  providerReveal,
  reveal,
  wallets,
  withdrawalReveal,
} from './record-scene.ts'
import { blobOfElements, blobWith, type TestBlob, wrongParity } from './test-blob.ts'

/**
 * A short chain with providers, blobs and a block that draws, which nobody mined: what a bus proof would say of it is made
 * here. Proofs of steps for it are vectors; `make-certificate-proofs.ts` makes them.
 */
const FIRST = 100
export const CHALLENGE = 120
const TIP = 126
/** Of a later proof. */
const LATER = 131

export const carol = wallets[2]!
export const storage = paramsOf()

const LENGTH = 3 * 7_936
/** k + m of each. */
export const UNITS = 5
export const blob: TestBlob = await blobWith(LENGTH, 11)
/** Its tree is right, and its parity is not. */
export const misCoded: TestBlob = await blobWith(LENGTH, 12, wrongParity(LENGTH))
/** One element of its tree is no 31 bytes. */
export const wide: TestBlob = await blobOfElements([
  ...Array.from({ length: 255 }, (_, i) => BigInt(i)),
  2n ** 248n + 5n,
])
const late = blobOf(77n)

const asContent = ({ root, length, id }: TestBlob) => ({
  root: hexToBytes(root),
  length,
  coding: 1,
  id: hexToBytes(id),
})
/** Reveals by the height of their block; wins come after the block that draws, so that proofs outlive changes of them. */
const REVEALS = {
  101: () => providerReveal(storage, 1, peers[0]!, alice),
  102: () => providerReveal(storage, 1, peers[1]!, bob),
  103: () => blobReveal(asContent(blob)),
  104: () => blobReveal(asContent(misCoded)),
  105: () => blobReveal(asContent(wide)),
  106: () => withdrawalReveal(2, carol),
  115: () => providerReveal(storage, 3, peers[0]!, carol),
  121: () => blobReveal(late),
  122: () => winReveal(alice),
  123: () => winReveal(bob),
  /** Too late. */
  125: () => winReveal(alice),
} as const
export type Revealed = keyof typeof REVEALS

/** Of a win at block 121, whose proof proves nothing. */
function winReveal(wallet: typeof alice) {
  const challenge = { height: CHALLENGE + 1, blockHash: challengeHash(CHALLENGE + 1) }
  return reveal(winDraft({ try: 0, partition: 0, proof: new Uint8Array(4) }, challenge), [], wallet)
}

const blocks: Block[] = []
const reveals = new Map<number, Transaction>()
for (let height = FIRST; height <= LATER; height++) {
  const held = REVEALS[height as Revealed]?.()
  if (held !== undefined) reveals.set(height, held)
  const prevHash = blocks.at(-1)?.hash
  blocks.push(syntheticBlock(held === undefined ? [] : [held.bytes], prevHash === undefined ? {} : { prevHash }))
}
function blockAt(height: number): Block {
  return blocks[height - FIRST] as Block
}

const first = blockAt(FIRST)
const history = await History.open({ height: FIRST, header: first.header }, memoryTable(), kernel)
const source = fileSource(concatBytes(...blocks.map(({ headerBytes }) => headerBytes)), FIRST)
if (!source.ok) throw new Error(source.reject)
await history.sync(source.source, LATER)

/** What a bus proof would say. */
export const chain = {
  height: TIP,
  accumulator: await history.commitment(TIP),
  anchor: { height: FIRST, hash: toDisplay(first.hash) },
  params: packParams(regtest),
}
/** What a later one would say. */
export const laterChain = { ...chain, height: LATER, accumulator: await history.commitment(LATER) }
export const placeLater = async (height: number) => ({
  tipHeight: LATER,
  height,
  path: await history.path(height, LATER),
})
const placeOf = async (height: number) => ({ tipHeight: TIP, height, path: await history.path(height, TIP) })

export function challengeHash(height = CHALLENGE): BlockHash {
  return blockAt(height).hash
}

export async function headerOf(height: number): Promise<HeaderAttestation> {
  return attestHeader(await placeOf(height), blockAt(height).headerBytes)
}

/** Of the record in that block. */
export async function recordOf(height: Revealed): Promise<InscriptionAttestation> {
  const opened = openBlock(blockAt(height))
  if (!opened.ok) throw new Error(opened.detail)
  const txid = toDisplay(transactionId(reveals.get(height) as Transaction))
  const built = attestInscription(await placeOf(height), opened.open, txid, 0)
  if (!built.ok) throw new Error(built.detail)
  return built.attestation
}

export const verifier = new NativeVerifier(
  readFileSync(new URL('../../storage/certificate/key/dev.key', import.meta.url)),
)

export const options: VerifyCertificateOptions = { storage, chain, verifier, kernel }

/** The proofs that are there as vectors: how each was made. */
export const PROOFS = {
  alice: { wallet: alice, blob },
  bob: { wallet: bob, blob },
  /** The block after that draws. */
  'other-block': { wallet: alice, blob, block: CHALLENGE + 1 },
  'thirteen-steps': { wallet: alice, blob, steps: 13 },
  'fifteen-steps': { wallet: alice, blob, steps: 15 },
  'from-six': { wallet: alice, blob, from: 6 },
  /** Of whom has no more than the first units. */
  'few-units': { wallet: alice, blob, units: 3 },
  'mis-coded': { wallet: alice, blob: misCoded },
  wide: { wallet: alice, blob: wide },
} as const satisfies Record<string, ProofRecipe>

export interface ProofRecipe {
  readonly wallet: typeof alice
  readonly blob: TestBlob
  readonly block?: number
  readonly steps?: number
  readonly from?: number
  readonly units?: number
}

export const vectorFile = (name: string) => new URL(`../vectors/certificates/${name}`, import.meta.url)
export const proofFile = (name: string) => vectorFile(`${name}.proof`)
export const proofOf = (name: keyof typeof PROOFS): Uint8Array => new Uint8Array(readFileSync(proofFile(name)))

export function drawingOf({ wallet, blob, block }: Pick<ProofRecipe, 'wallet' | 'blob' | 'block'>): Drawing {
  const { id, root, length } = blob
  return { network: regtest, blob: { id, root, length }, blockHash: challengeHash(block), key: wallet.publicKey }
}

/** A provider's part, signed by whoever is told; by itself unless told. */
export async function keyPart(
  registered: Revealed,
  proof: Uint8Array,
  recipe: Pick<ProofRecipe, 'wallet' | 'blob' | 'block'>,
  wins: readonly InscriptionAttestation[] = [],
): Promise<CertifiedKey> {
  const signature = recipe.wallet.signTagged(certificateMessage(drawingOf(recipe), proof))
  return { provider: await recordOf(registered), proof, signature, wins }
}

export interface Parts {
  readonly blob?: Revealed
  readonly challenge?: number
  readonly keys: readonly CertifiedKey[]
}

export async function certificateOf({ blob = 103, challenge = CHALLENGE, keys }: Parts): Promise<Uint8Array> {
  return encodeCertificate({
    verifyingKey: hexToBytes(verifier.keyId),
    blob: await recordOf(blob),
    challenge: await headerOf(challenge),
    keys,
  })
}

export const partOfAlice = () => keyPart(101, proofOf('alice'), PROOFS.alice)
export const partOfBob = () => keyPart(102, proofOf('bob'), PROOFS.bob)

/** By rising keys. */
export async function bothParts(): Promise<CertifiedKey[]> {
  const parts = [await partOfAlice(), await partOfBob()]
  return bytesToHex(alice.publicKey) < bytesToHex(bob.publicKey) ? parts : parts.reverse()
}

/** What a bus proof would say, for who reads the vector. */
export function chainJson() {
  const { height, accumulator, anchor } = chain
  return { network: 'regtest', height, accumulator: accumulator.toString(16).padStart(64, '0'), anchor }
}

/** The rule that is broken, null where none is. */
export async function verdict(
  bytes: Uint8Array,
  other: Partial<VerifyCertificateOptions> = {},
): Promise<string | null> {
  const result = await verifyCertificate(bytes, { ...options, ...other })
  return result.ok ? null : result.reject
}

/** One bit of every so many bytes altered, each by itself: none of these is a certificate. */
export async function expectFlipsRefused(bytes: Uint8Array, step: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += step) {
    const altered = bytes.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))
    if ((await verdict(altered)) === null) throw new Error(`byte ${at} may be altered`)
  }
}
