/** Exact constraint counts, non-linear and linear, of every template as a circuit of its own (mains/) and of the step. */
export const templateCounts: Readonly<Record<string, readonly [number, number]>> = {
  airdrop: [2285, 0],
  append: [788, 0],
  argmax: [31, 0],
  bits: [32, 0],
  'block-work': [501, 0],
  'bytes-commitment': [887, 0],
  'canonical-bits': [307, 0],
  'compact-target': [17, 0],
  'climb-history': [273, 0],
  'compression-0': [16791, 0],
  'compression-1': [16534, 0],
  'compression-2': [16477, 0],
  convolution: [88, 0],
  dense: [311, 0],
  'drawn-unit': [396, 0],
  'hash-at-most': [146, 0],
  'header-at': [12_357, 0],
  'header-stream': [11_017, 0],
  'history-header': [12_357, 0],
  'history-shape': [154, 7],
  'is-non-negative': [33, 0],
  'is-zero': [2, 0],
  'leaf-fields': [672, 0],
  'leaf-head': [224, 0],
  'little-endian': [0, 0],
  'long-epoch': [24_780, 0],
  'pack-hash': [0, 0],
  'pack-leaf': [0, 0],
  perceptron: [29, 0],
  'parse-block': [1314, 0],
  'parse-four': [82, 0],
  payments: [41_195, 2],
  'range-check': [31, 0],
  'record-state': [6053, 0],
  'reduce-word': [36, 0],
  'requantised-relu': [10, 0],
  'result-input': [1632, 0],
  retarget: [347, 0],
  salted: [258, 0],
  'sha256-block': [16_984, 0],
  summary: [255, 0],
  'time-after-median': [367, 0],
  'tree-node': [624, 0],
  unmask: [3_072, 0],
  'unpack-32': [224, 0],
  'unpack-hash': [256, 0],
  'unpack-params': [179, 0],
  'version-at-least': [132, 0],
}

export const stepCount = { nonLinear: 107_488, linear: 1 } as const

/** Constraints a header slot may cost: half of the step's. */
export const MOST_PER_SLOT = 54_000

/** Of the step, by component (all its instances); together they are the whole. */
export const stepParts: Readonly<Record<string, number>> = {
  main: 25,
  params: 179,
  position: 160,
  tip: 256,
  timesA: 224,
  timesB: 128,
  wordBits: 768,
  header: 101_024,
  ends: 4,
  retarget: 347,
  newWork: 501,
  enough: 291,
  after: 733,
  version: 263,
  later: 66,
  chainworkRange: 128,
  heightRange: 32,
  opening: 261,
  append: 1576,
  leafHash: 522,
  'linear 0': 1,
}

export const winCount = { nonLinear: 44_163, linear: 0 } as const

/** Of the circuit `win`, by component. */
export const winParts: Readonly<Record<string, number>> = {
  seed: 381,
  second: 240,
  ticket: 261,
  draw: 2 * 396,
  summary: 2 * 255,
  unit: 2 * 20_772,
  canonical: 307,
  below: 128,
}

export const certifyCount = { nonLinear: 100_734, linear: 5 } as const

/** Of the step of a certificate, by component. */
export const certifyParts: Readonly<Record<string, number>> = {
  beta: 6 * 240,
  draw: 6 * 388,
  opened: 6 * 16_161,
  ...Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`linear ${i}`, 1])),
}

export const digitsCount = { nonLinear: 8_457, linear: 0 } as const

/** Of graphs/digits, by component. */
export const digitsParts: Readonly<Record<string, number>> = {
  commitment: 784 * 8 + 2 * 609 - 3 * 5,
  model: 32 * 24 + 9 * 24 - 2,
}

export const cnnCount = { nonLinear: 28_114, linear: 0 } as const

/** Of graphs/digits-cnn, by component. */
export const cnnParts: Readonly<Record<string, number>> = {
  commitment: 784 * 8 + 2 * 609 - 3 * 5,
  low: 12 * 12 * 6 * 18,
  high: 4 * 4 * 16 * 19,
  greatest: 9 * 25 - 2,
}

export const privateModelCount = { nonLinear: 32_057, linear: 0 } as const

/** Of graphs/digits-private-model, by component. */
export const privateModelParts: Readonly<Record<string, number>> = {
  pixels: 784 * 8 + 2 * 609 - 3 * 5,
  bytes: 2385 * 8 + 6 * 609 - 3 * 14,
  salted: 258,
  low: 2 * 144 + 15 * 26,
  hidden: 15 * 27,
  high: 2 * 15 + 10 * 26,
  greatest: 9 * 29 - 2,
}
