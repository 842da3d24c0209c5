import type { CircuitDeclaration } from '../../src/proving/index.ts'
import { CertifyWitnessSource } from '../../src/proving/io/index.ts'

/** The step of a certificate, six samples of a blob: circuits/storage/certify.circom. */
export const certifyCircuit: CircuitDeclaration<'certify'> = {
  name: 'certify',
  source: 'storage/certify.circom',
  kind: 'fold',
  openWitnesses: (circuit) => CertifyWitnessSource.load(circuit),
}
