import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

// The constants of storage's mask as the circuit reads them: `node scripts/mask-constants.ts` writes the file, `--check` only
// compares it.
const FILE = fileURLToPath(new URL('../circuits/storage/mask-constants.circom', import.meta.url))
const [ROUNDS, ELEMENTS, A_LINE] = [4, 256, 4]

function constant(round: number, i: number): string {
  const hash = createHash('sha256')
    .update('wsc/storage/mask/1')
    .update(Uint8Array.of(round, i & 255, i >> 8))
  // The low 248 bits, little-endian.
  return `0x${hash.digest().subarray(0, 31).reverse().toString('hex')}`
}

function lines(round: number): string {
  const all = Array.from({ length: ELEMENTS }, (_, i) => constant(round, i))
  const rows = Array.from({ length: ELEMENTS / A_LINE }, (_, row) => all.slice(A_LINE * row, A_LINE * (row + 1)))
  return `        [${rows.map((row) => row.join(', ')).join(',\n        ')}]`
}

const text = `pragma circom 2.1.6;

// The constants of the mask, c[r, i] for i < 256: the low 248 bits, little-endian, of SHA-256("wsc/storage/mask/1", then the
// byte r, then i as two bytes, little-endian). Made by scripts/mask-constants.ts.
function maskConstants(r) {
    var c[${ROUNDS}][${ELEMENTS}] = [
${Array.from({ length: ROUNDS }, (_, round) => lines(round)).join(',\n')}
    ];
    return c[r];
}
`

if (process.argv[2] !== '--check') await writeFile(FILE, text)
else if ((await readFile(FILE, 'utf8')) !== text) {
  console.error('circuits/storage/mask-constants.circom is not what scripts/mask-constants.ts makes')
  process.exitCode = 1
}
