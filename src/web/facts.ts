import type { LoadedVerifier, ProvedChain } from '../bus/index.ts'

/** One line of the result: a label, the value, and what to say beside it. */
export interface Fact {
  readonly label: string
  readonly value: string
  readonly note?: string
  readonly mono?: boolean
  readonly copy?: boolean
  readonly bad?: boolean
}

export interface Timing {
  readonly loadMs: number
  readonly verifyMs: number
  readonly proofBytes: number
}

/** What a verified proof says, in reading order. */
export function factsOf(chain: ProvedChain, timing: Timing, now: number): Fact[] {
  const work = `0x${chain.work.toString(16)}`
  return [
    { label: 'Network', value: chain.network },
    { label: 'Height', value: grouped(chain.height) },
    { label: 'Tip', value: chain.tip, mono: true, copy: true },
    {
      label: chain.anchor === null ? 'Chainwork' : 'Work since anchor',
      value: work,
      note: `2^${log2(chain.work).toFixed(2)} hashes expected`,
      mono: true,
      copy: true,
    },
    {
      label: 'Proof of work',
      value: chain.pow,
      ...(chain.pow === 'weak' ? { note: 'headers cost little on this network', bad: true } : {}),
    },
    { label: 'Bits', value: chain.bits.toString(16).padStart(8, '0'), mono: true },
    { label: 'Greatest time', value: utc(chain.maxTime), note: ago(now - chain.maxTime) },
    startFact(chain),
    { label: 'Steps', value: grouped(chain.steps), note: 'one or two headers each' },
    {
      label: 'Accumulator',
      value: chain.accumulator.toString(16).padStart(64, '0'),
      note: 'commits to every block hash from the start on',
      mono: true,
      copy: true,
    },
    chain.setup === 'ceremony'
      ? { label: 'Setup', value: 'public ceremony', note: 'one honest contributor is enough' }
      : { label: 'Setup', value: 'INSECURE-DEV', note: 'made from a published secret: anyone can forge it', bad: true },
    { label: 'Key id', value: chain.keyId, mono: true, copy: true },
    { label: 'Proof size', value: `${grouped(timing.proofBytes)} bytes` },
    {
      label: 'Time taken',
      value: `verified in ${duration(timing.verifyMs)}`,
      note: `loaded in ${duration(timing.loadMs)}`,
    },
  ]
}

function startFact({ anchor, start }: ProvedChain): Fact {
  return anchor === null
    ? { label: 'Start', value: 'genesis', note: start }
    : { label: 'Anchor', value: `height ${grouped(anchor.height)}`, note: anchor.hash }
}

/** What to say of a verdict that rests on another key than the built-in one. */
export function keyCaution(keyId: string, builtIn: string): string | undefined {
  if (keyId === builtIn) return undefined
  return (
    `The key in use, ${keyId}, is not the one this program was built with. Its circuit and its digest are checked; ` +
    'what its powers of tau rest on is told as its setup.'
  )
}

/** One line about the verifier in use. */
export function engineText(verifier: LoadedVerifier): string {
  const setup = verifier.setup === 'ceremony' ? 'ceremony setup' : 'INSECURE-DEV setup'
  return `Verifying key ${verifier.keyId} (${setup}), loaded in ${duration(verifier.loadMs)}.`
}

/** log2 of a positive number of any size, to about 50 bits. */
export function log2(value: bigint): number {
  const hex = value.toString(16)
  return Math.log2(Number.parseInt(hex.slice(0, 13), 16)) + 4 * Math.max(0, hex.length - 13)
}

export function grouped(value: number): string {
  return value.toLocaleString('en')
}

/** With a no-break space, so that number and unit stay together. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}\u00a0ms` : `${(ms / 1000).toFixed(2)}\u00a0s`
}

export function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** How long before the clock's time; a proof that is long out of date should be seen to be. */
export function ago(seconds: number): string {
  if (seconds < 0) return 'ahead of this machine’s clock'
  const units = [
    ['year', 31_556_952],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const
  for (const [unit, length] of units) {
    const count = Math.floor(seconds / length)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return 'just now'
}
