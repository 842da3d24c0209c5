/**
 * A second reading of ord's rules, token by token and without regard for speed: the script is cut into tokens first,
 * and every rule is applied to the list of them. What the parser finds is compared with what this finds.
 */
type Token = { readonly push: string } | { readonly op: number }

export interface ReferenceEnvelope {
  readonly offset: number
  /** Hex. */
  readonly pushes: readonly string[]
  readonly pushnum: boolean
  readonly stutter: boolean
}

/** Null where a push reaches beyond the end. */
function tokenize(script: Uint8Array): Token[] | null {
  const hex = (from: number, to: number) =>
    [...script.slice(from, to)].map((b) => b.toString(16).padStart(2, '0')).join('')
  const tokens: Token[] = []
  let i = 0
  while (i < script.length) {
    const op = script[i] as number
    i += 1
    if (op > 78) {
      tokens.push({ op })
      continue
    }
    const width = op === 76 ? 1 : op === 77 ? 2 : op === 78 ? 4 : 0
    if (i + width > script.length) return null
    let length = width === 0 ? op : 0
    for (let k = 0; k < width; k++) length += (script[i + k] as number) * 2 ** (8 * k)
    i += width
    if (i + length > script.length) return null
    tokens.push({ push: hex(i, i + length) })
    i += length
  }
  return tokens
}

export function referenceEnvelopes(script: Uint8Array): ReferenceEnvelope[] {
  const tokens = tokenize(script)
  if (tokens === null) return []
  const is = (i: number, wanted: string | number) => {
    const token = tokens[i]
    return token !== undefined && ('push' in token ? token.push === wanted : token.op === wanted)
  }
  const out: ReferenceEnvelope[] = []
  let stutter = false
  let i = 0
  while (i < tokens.length) {
    if (!is(i++, '')) continue
    if (is(i, 0x63)) i++
    else {
      stutter = is(i, '')
      continue
    }
    if (is(i, '6f7264')) i++
    else {
      stutter = is(i, '')
      continue
    }
    const end = tokens.findIndex(
      (token, k) => k >= i && 'op' in token && !(token.op === 0x4f || (token.op >= 0x51 && token.op <= 0x60)),
    )
    const stop = end < 0 ? tokens.length : end
    const inside = tokens.slice(i, stop)
    i = stop + 1
    if (!is(stop, 0x68)) {
      stutter = false
      continue
    }
    const number = (op: number) => (op === 0x4f ? '81' : (op - 0x50).toString(16).padStart(2, '0'))
    const pushes = inside.map((token) => ('push' in token ? token.push : number(token.op)))
    out.push({ offset: out.length, pushes, pushnum: inside.some((token) => 'op' in token), stutter })
  }
  return out
}
