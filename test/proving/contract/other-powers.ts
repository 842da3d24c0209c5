import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { developmentPowers } from '../../../src/proving/io/setup.ts'
import { readPtau, SECTION, writePtau } from '../../support/ptau-file.ts'

const G1_BYTES = 64
const G2_BYTES = 128

/** Powers of another τ, whole and sound: every second one of the development powers, which are those of its square. */
export async function otherPowers(directory: string, power: number): Promise<string> {
  const sections = readPtau(await readFile(await developmentPowers(power)))
  const body = (type: number) => sections.find((section) => section.type === type)?.body as Uint8Array
  const every2nd = (bytes: Uint8Array, size: number, count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, i) => bytes.subarray(2 * i * size, (2 * i + 1) * size)))
  const file = join(directory, `other-${power}.ptau`)
  await writeFile(
    file,
    writePtau([
      { type: SECTION.header, body: body(SECTION.header) },
      { type: SECTION.tauG1, body: every2nd(body(SECTION.tauG1), G1_BYTES, 2 ** power) },
      { type: SECTION.tauG2, body: every2nd(body(SECTION.tauG2), G2_BYTES, 2) },
    ]),
  )
  return file
}
