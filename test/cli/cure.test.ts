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

  it('name flags of the command at hand alone', () => {
    const of = (act: string, ...flags: string[]) => cureText({ act }, (flag) => flags.includes(flag))
    const locked = 'free-or-other-settlement-dir'
    expect(of(locked, '--storage-dir', '--listen')).toBe('stop it, or name another --storage-dir')
    expect(of(locked, '--settlement-dir')).toBe('wait until it has ended, or name another --settlement-dir')
    // Another folder does not know which coins are in use.
    expect(of(locked, '--settlement-dir', '--storage-dir', '--wallet')).toBe('wait until it has ended')
    expect(of('free-or-other-storage-dir', '--settlement-dir', '--storage-dir')).toBe(
      'wait until it has ended, or name another --storage-dir',
    )
    expect(of('other-settlement-dir', '--storage-dir')).toBe('name another --storage-dir')
    expect(of('index-anew', '--storage-dir')).not.toContain('--settlement-dir')
    expect(of('other-address', '--listen')).toBe('name another by --listen')
    expect(of('other-address', '--serve', '--p2p')).toBe('name another by --serve or --p2p')
    expect(of('other-address')).toBe('name another by --listen, --serve or --p2p')
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
