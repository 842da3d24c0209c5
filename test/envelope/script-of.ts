/** Scripts from words: `FALSE IF ENDIF AND` and the like are opcodes, `n1` to `n16` and `n-1` number opcodes, `'text'` a push. */
const WORDS: Readonly<Record<string, number>> = {
  FALSE: 0,
  IF: 0x63,
  ENDIF: 0x68,
  AND: 0x84,
  CHECKSIG: 0xac,
  SUCCESS: 0x50,
}

export function scriptOf(...items: readonly (string | Uint8Array | readonly number[])[]): Uint8Array {
  const out: number[] = []
  for (const item of items) {
    if (typeof item !== 'string') {
      out.push(...push(Uint8Array.from(item)))
    } else if (Object.hasOwn(WORDS, item)) {
      out.push(WORDS[item] as number)
    } else if (/^n-?[0-9]+$/.test(item)) {
      out.push(Number(item.slice(1)) + 0x50)
    } else {
      out.push(...push(new TextEncoder().encode(item.slice(1, -1))))
    }
  }
  return Uint8Array.from(out)
}

function push(data: Uint8Array): number[] {
  if (data.length < 0x4c) return [data.length, ...data]
  if (data.length < 0x100) return [0x4c, data.length, ...data]
  if (data.length < 0x1_0000) return [0x4d, data.length & 255, data.length >> 8, ...data]
  return [0x4e, data.length & 255, (data.length >> 8) & 255, (data.length >> 16) & 255, data.length >> 24, ...data]
}

export const text = (string: string) => new TextEncoder().encode(string)

const CONTROL_BLOCK = new Uint8Array(33).fill(0xc0, 0, 1)

/** A transaction, as far as envelopes are concerned, whose inputs spend these tapscripts; null: a key path spend. */
export function spends(...scripts: readonly (Uint8Array | null)[]) {
  return {
    inputs: scripts.map((script) => ({
      witness: script === null ? [new Uint8Array(64)] : [new Uint8Array(64), script, CONTROL_BLOCK],
    })),
  }
}
