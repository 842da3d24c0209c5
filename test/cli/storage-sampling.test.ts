import { describe, expect, it } from 'vitest'
import { standingText, triesText } from '../../src/cli/storage-sampling.ts'

describe('what a provider that samples is told', () => {
  const provider = { author: 'ab'.repeat(32), peer: '11'.repeat(32), seq: 1, from: 110, until: 52_664 }
  const own = provider.peer

  it.each([
    [undefined, own, false, 100, /nothing is encoded, sampled or certified.*not registered.*wsc storage register/],
    [provider, own, false, 105, /nothing is sampled or certified yet.*counts from block 110 on/],
    [provider, own, true, 110, /counts up to block 52663/],
    [provider, own, false, 52_664, /counted up to block 52663.*renews/],
    [provider, '22'.repeat(32), true, 200, /registered for another peer/],
  ])('of its key, by what the table says: %#', (known, peer, isCounted, height, text) => {
    expect(standingText(known, peer, isCounted, height)).toMatch(text)
  })

  it.each([
    [{ state: 'none', tries: 15, missed: 0 }, 'none of 15 tries won'],
    [{ state: 'none', tries: 15, missed: 2 }, 'none of 15 tries won, 2 not at hand'],
    [{ state: 'won', number: 3, how: 'told', tries: 4, missed: 0 }, 'won by try 3'],
    [{ state: 'won', number: 3, how: 'inscribed', tries: 4, missed: 0 }, 'won by try 3, too late for peers'],
    [{ state: 'won-before' }, 'won, and told, before this was started'],
    [{ state: 'late' }, 'too slowly: the blocks after it are there'],
    [{ state: 'proved-late', number: 3 }, 'won by try 3, and proved too late: the blocks after it are there'],
    [{ state: 'left-chain' }, 'which left the chain'],
    [{ state: 'empty' }, 'which was empty'],
    [{ state: 'failed', error: new Error('the disk is gone') }, 'failed: the disk is gone'],
  ] as const)('of its tries: %#', (end, text) => {
    expect(triesText(end)).toBe(text)
  })
})
