import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const LARGE = [
  'mainnet_702861_2c726dafae',
  'mainnet_830000_eb2cffbc1f',
  'mainnet_stale_829613_705727e451',
  'testnet4_72041_9ea3748a93',
]

/** Gzipped raw blocks: those of the large data set. */
export function fullBlocks(): { readonly files: readonly string[]; readonly source: string } {
  const places = [process.env.WSC_SHARED_DATA, fileURLToPath(new URL('../../../shared/data', import.meta.url))]
  for (const place of places) {
    if (place === undefined) continue
    const files = LARGE.map((name) => join(place, 'blocks', `${name}.bin.gz`))
    if (files.every((file) => existsSync(file)))
      return { files, source: 'mainnet 702861, 829613 (stale) and 830000, testnet4 72041' }
  }
  throw new Error('the full blocks are neither in WSC_SHARED_DATA nor in ../shared/data: this bench needs them')
}
