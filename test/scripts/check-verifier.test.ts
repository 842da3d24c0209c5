import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findDrift } from '../../scripts/check-verifier.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const manifest = { inputs: { 'source.rs': sha256('source') }, outputs: { 'out.wasm': sha256('output') } }

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wsc-verifier-'))
  writeFileSync(join(root, 'source.rs'), 'source')
  writeFileSync(join(root, 'out.wasm'), 'output')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('findDrift', () => {
  it('is silent when every file is as recorded', () => {
    expect(findDrift(root, manifest)).toEqual([])
  })

  it('names a source changed after the build', () => {
    writeFileSync(join(root, 'source.rs'), 'changed')
    expect(findDrift(root, manifest)).toEqual([expect.stringMatching(/^source\.rs differs .* stale/)])
  })

  it('names an output that was changed by hand', () => {
    writeFileSync(join(root, 'out.wasm'), 'changed')
    expect(findDrift(root, manifest)).toEqual([expect.stringMatching(/^out\.wasm differs/)])
  })

  it('names a file that is missing', () => {
    rmSync(join(root, 'out.wasm'))
    expect(findDrift(root, manifest)).toEqual([expect.stringMatching(/^out\.wasm is missing/)])
  })
})
