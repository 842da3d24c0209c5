import { describe, expect, it } from 'vitest'
import { findCliWork } from '../../scripts/check-cli.ts'
import { sourceFile } from '../../scripts/source-files.ts'

const found = (text: string, path = 'src/cli/commands/bus-x.ts') =>
  findCliWork([sourceFile(path, text)]).map((line) => line.replace(/^\S+ (.*?);.*$/, '$1'))

describe('the command line', () => {
  it('opens no store and no socket, and waits for nothing', () => {
    const cases: readonly (readonly [text: string, ...told: string[]])[] = [
      ["import { Level } from 'level'", 'imports level'],
      ["import { createServer } from 'node:http'", 'imports node:http'],
      ["import net from 'net'", 'imports net'],
      [
        "import { setTimeout as later } from 'node:timers/promises'",
        'imports node:timers/promises',
        'uses a timer, setTimeout',
      ],
      ["const { Level } = await import('level')", 'imports level'],
      ['setInterval(() => look(), 500)', 'uses a timer, setInterval'],
      ['await delay(1000, signal)', 'uses a timer, delay'],
      ['const answer = await fetch(url)', 'uses a socket, fetch'],
      ["const store = await openStore(dir, 'index')", 'uses a store, openStore'],
      ['const history = await History.open(start, table, verifier)', 'uses a store, History'],
      ['for (const _ of await blockFeed(client)) show(_)', 'uses a feed of blocks, blockFeed'],
      ['for await (const tick of feed.ticks()) show(tick)', 'loops over what comes (for await)'],
      ['for (;;) await look()', 'loops until something happens'],
      ['while (!signal.aborted) await look()', 'loops until something happens'],
    ]
    for (const [text, ...told] of cases) expect([text, ...found(text)]).toEqual([text, ...told])
  })

  it('may parse, call and render', () => {
    for (const text of [
      "import { ProofFetcher } from '../../bus/io/index.ts'\nawait fetcher.fetch(signal)\nawait once.run()",
      "parent.command('fetch').option('--retry <N>')\n// setTimeout and fetch are for services\nconst delay: number = 1",
      'for (const file of files) show(await readBlockFile(file))',
      'for await (const entry of index.query(options)) show(entry)',
      'service.events.on(`retry`, show)\nconst options = { delay: 3, History: 1 }',
      'const isHistory = openStores.length',
    ]) {
      expect([text, ...found(text)]).toEqual([text])
    }
    expect(found('setTimeout(work, 1)', 'src/bus/io/fetcher.ts')).toEqual([])
  })
})
