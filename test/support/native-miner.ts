import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bytesToHex } from '@noble/hashes/utils.js'
import { encodeHeader, type Header } from '../../src/bitcoin/index.ts'
import { ALL_BITS, type HashRange } from './mine.ts'

export interface NativeMiner {
  /** As mineHeader, at about ten million hashes a second with SHA extensions. */
  mine(template: Header, range: HashRange): Promise<Header | undefined>
  stop(): void
}

/** Compiles mine.c and keeps it running at low priority. Needs gcc on x86-64. */
export function startNativeMiner(): NativeMiner {
  const dir = mkdtempSync(join(tmpdir(), 'wsc-mine-'))
  const program = join(dir, 'mine')
  execFileSync('gcc', ['-O3', '-o', program, fileURLToPath(new URL('mine.c', import.meta.url))], { stdio: 'inherit' })
  const child = spawn('nice', ['-n', '19', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async mine(template, { low = 0n, high, mask = ALL_BITS }) {
      const numbers = [low, high, mask].map((n) => n.toString(16).padStart(64, '0'))
      child.stdin.write(`${bytesToHex(encodeHeader(template))} ${numbers.join(' ')}\n`)
      const answer = await answers.next()
      if (answer.done) throw new Error('the miner has stopped')
      return answer.value === 'none' ? undefined : { ...template, nonce: Number(answer.value) }
    },
    stop() {
      child.stdin.end()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
