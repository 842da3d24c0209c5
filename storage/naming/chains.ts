import type { NetworkParams } from '../../src/bitcoin/index.ts'

/**
 * What stands for a network in a URI. The ERCs want a number and Bitcoin has none: it is the four bytes that begin every
 * message of the network (`pchMessageStart` of Bitcoin Core's kernel/chainparams.cpp), read little-endian. Custom
 * networks have none, since their parameters do not tell those bytes.
 */
const NUMBERS: Readonly<Record<string, number>> = {
  mainnet: 0xd9b4bef9,
  testnet4: 0x283f161c,
  signet: 0x40cf030a,
  regtest: 0xdab5bffa,
}

/** The number of a network; null where it has none. */
export function chainNumber({ name, custom }: Pick<NetworkParams, 'name' | 'custom'>): number | null {
  return custom || !Object.hasOwn(NUMBERS, name) ? null : (NUMBERS[name] as number)
}

/** The built-in network of a number; null where it is another chain's. */
export function chainName(number: number): string | null {
  return Object.keys(NUMBERS).find((name) => NUMBERS[name] === number) ?? null
}
