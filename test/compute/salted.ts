import { poseidonOfWidth } from '../bus/poseidon-reference.ts'

const ofThree = poseidonOfWidth(4, 56)

/** What hides a commitment: circuits/compute/salted.circom. */
export const saltedOf = (commitment: bigint, salt: bigint): bigint => ofThree(96, [commitment, salt, 0n])
