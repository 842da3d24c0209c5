import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cureText, withCure } from '../../src/cli/cure.ts'
import { WscError } from '../../src/lib/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('cures', () => {
  it('are flags and commands here, after what is wrong', () => {
    const cure = { act: 'other-data-dir-or-anew', subject: 'd' }
    expect(withCure(new WscError('E_X', 'd is of another chain', { cure }))).toBe(
      'd is of another chain; name another --data-dir, or remove it to start anew',
    )
    expect(withCure(new WscError('E_X', 'It is of another chain.', { cure }))).toBe(
      'It is of another chain. Name another --data-dir, or remove it to start anew.',
    )
    expect(withCure(new WscError('E_X', 'no cure'))).toBe('no cure')
    expect(withCure('text')).toBe('text')
    expect(cureText({ act: 'toString' })).toBeNull()
  })

  it('are all known, whichever part names them', () => {
    const acts = ['src', 'storage'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.startsWith('cli/'))
        .flatMap((name) => [...readFileSync(join(root, folder, name), 'utf8').matchAll(/\bact: '([^']+)'/g)])
        .map((match) => match[1] as string),
    )
    expect(acts.length).toBeGreaterThan(3)
    expect(acts.filter((act) => cureText({ act, subject: 'S' }) === null)).toEqual([])
  })
})
