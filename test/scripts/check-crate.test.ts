import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { moduleRings, readCrate } from '../../scripts/check-crate.ts'

const rings = (files: Readonly<Record<string, string>>) =>
  moduleRings(Object.entries(files).map(([path, text]) => ({ path, text })))

describe('rings of Rust modules', () => {
  it('are found by use trees and by paths in code, from the root and from a folder', () => {
    expect(rings({ 'a.rs': 'use crate::{b::{self, B}, c};', 'b.rs': 'fn f() { crate::a::g() }', 'c.rs': '' })).toEqual([
      ['a', 'b'],
    ])
    expect(rings({ 'a.rs': 'use crate::b::B;', 'b.rs': 'use crate::c::*;', 'c.rs': 'use crate::a::A as Z;' })).toEqual([
      ['a', 'b', 'c'],
    ])
    expect(rings({ 'w/mod.rs': 'mod x; mod y;', 'w/x.rs': 'use super::y::Y;', 'w/y.rs': 'use super::x::X;' })).toEqual([
      ['w::x', 'w::y'],
    ])
  })

  it('count a folder and its module as one from outside', () => {
    const files = { 'a.rs': 'mod part;', 'a/part.rs': 'use crate::b::B;', 'b.rs': 'use crate::a::A;' }
    expect(rings(files)).toEqual([['a', 'b']])
    expect(rings({ ...files, 'b.rs': 'use crate::a::part::P;' })).toEqual([['a', 'b']])
  })

  it('are none where a module uses what is below it, an item of the root, or only tests use back', () => {
    expect(rings({ 'lib.rs': 'mod a;', 'a.rs': 'mod part; use part::P;', 'a/part.rs': 'use super::Q;' })).toEqual([])
    expect(rings({ 'a.rs': 'use crate::b::B; // use crate::c', 'b.rs': '// crate::a::A\n/* crate::a */' })).toEqual([])
    const tests = '#[cfg(test)]\nmod tests { use crate::b::B; }'
    expect(rings({ 'a.rs': tests, 'b.rs': 'use crate::a::A;' })).toEqual([])
    const apart = { 'a.rs': '#[cfg(test)]\nmod tests;', 'a/tests.rs': 'use crate::b::B;', 'b.rs': 'use crate::a::A;' }
    expect(rings(apart)).toEqual([])
    expect(rings({ 'a.rs': 'macro_rules! m { () => { $crate::b::B } }', 'b.rs': 'use crate::a::A;' })).toEqual([])
  })

  it('are none in the crate', () => {
    const crate = readCrate(fileURLToPath(new URL('../../folding/src', import.meta.url)))
    expect(crate.length).toBeGreaterThan(50)
    expect(moduleRings(crate)).toEqual([])
  })
})
