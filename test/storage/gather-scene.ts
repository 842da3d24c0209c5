import { regtest } from '../../src/bitcoin/index.ts'
import { type Answered, encodeField, type PeerName } from '../../src/bus/index.ts'
import { bytesToHex, equalBytes, rejection } from '../../src/lib/index.ts'
import { SAMPLES, STEPS_PROOF_BYTES } from '../../storage/certificate/certificate.ts'
import { certificateMessage } from '../../storage/certificate/signature.ts'
import { type GatherComponents, gatherCertificate } from '../../storage/io/certificate/gather.ts'
import { type CertificateAnswer, certificateKind } from '../../storage/peers/certificate-kind.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { verifier } from './certificate-scene.ts'
import { kernel } from './kernels.ts'
import { PeerNet } from './peer-net.ts'
import { ProvedRecords, type Reveals } from './proved-records.ts'
import { type alice, blobOf, blobReveal, peers } from './record-scene.ts'

/** The block that draws, and the proof's tip. */
export const DRAWS = 120
const TIP = DRAWS + 6

const content = blobOf(5n)
const blob = bytesToHex(content.id)

/** Takes every proof for one of all steps. */
const credulous = {
  ...{ keyId: verifier.keyId, circuitId: verifier.circuitId, setup: verifier.setup, arity: verifier.arity },
  verify: async (_proof: Uint8Array, _steps: number, start: Uint8Array) => {
    const end = start.slice()
    end.set(encodeField([BigInt(SAMPLES)]), start.length - 32)
    return end
  },
  poseidon: (...all: Parameters<typeof verifier.poseidon>) => verifier.poseidon(...all),
}

/** What a peer answers with; its part of the certificate unless given. */
export type Answering = (sign: () => Answered<CertificateAnswer>) => Answered<CertificateAnswer>

/** Peers `one` and `two` among others, over a chain that holds a blob in block 103, and who asks them for certificates. */
export class GatherScene {
  readonly net = new PeerNet()
  /** Whom was asked, in order. */
  readonly asked: PeerName[] = []
  readonly #records: ProvedRecords

  private constructor(records: ProvedRecords) {
    this.#records = records
  }

  static async make(reveals: Reveals): Promise<GatherScene> {
    return new GatherScene(await ProvedRecords.make(TIP, { ...reveals, 103: () => [blobReveal(content)] }))
  }

  get table() {
    return this.#records.table
  }

  remove(): Promise<void> {
    return this.#records.remove()
  }

  /** A peer holds something from now on, whether it gives certificates or not. */
  async hold(name: PeerName) {
    await this.net.transport(name).answer(holdingsKind, async () => rejection('other-partition', 'none is held'))
  }

  /** A peer answers from now on, by these wallets in turn. */
  async serve(name: PeerName, wallets: readonly (typeof alice)[], answering: Answering = (sign) => sign()) {
    let turn = 0
    await this.net.transport(name).answer(certificateKind, async ({ id, blockHash }) => {
      this.asked.push(name)
      if (!equalBytes(id, content.id)) throw new Error('another blob')
      return answering(() => {
        const wallet = wallets[turn++ % wallets.length] as typeof alice
        const { root, length } = content
        const named = { id: blob, root: bytesToHex(root), length }
        const drawing = { network: regtest, blob: named, blockHash, key: wallet.publicKey }
        const proof = new Uint8Array(STEPS_PROOF_BYTES)
        const signature = wallet.signTagged(certificateMessage(drawing, proof))
        return { ok: true, frames: [{ kind: 'signed', proof, signature }] }
      })
    })
  }

  /** Asks for a certificate of so many keys. */
  async gather(keys: number, other: Partial<GatherComponents> = {}) {
    const { table, index, under } = this.#records
    const components: GatherComponents = {
      ...{ table, index, transport: this.net.transport('asker'), attestor: this.#records.attestor() },
      peers: { provide: async () => undefined, async *find() {} },
      standard: { ...under, verifier: credulous, kernel },
      keyOf: async (name) => KEYS.get(name) ?? null,
      ...other,
    }
    return await gatherCertificate(components, { id: blob, keys }, new AbortController().signal)
  }
}

const KEYS = new Map(peers.map(({ key }, i) => [['one', 'two', 'three'][i] as PeerName, bytesToHex(key)]))
