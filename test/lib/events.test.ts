import { describe, expect, it } from 'vitest'
import { Emitter } from '../../src/lib/index.ts'

describe('events', () => {
  it('reach every listener in order, until it is off', () => {
    const events = new Emitter<{ block: number; gone: { why: string } }>()
    const heard: string[] = []
    const twice = (height: number) => heard.push(`twice ${height}`)
    const off = events.on('block', twice)
    events.on('block', twice)
    events.on('gone', ({ why }) => heard.push(why))
    events.emit('block', 1)
    off()
    off()
    events.emit('block', 2)
    events.emit('gone', { why: 'reorg' })
    expect(heard).toEqual(['twice 1', 'twice 1', 'twice 2', 'reorg'])
  })

  it('a listener that leaves or comes while one is told changes nothing of that one', () => {
    const events = new Emitter<{ tick: number }>()
    const heard: string[] = []
    const off = events.on('tick', () => {
      off()
      events.on('tick', () => heard.push('late'))
    })
    events.on('tick', () => heard.push('second'))
    events.emit('tick', 1)
    expect(heard).toEqual(['second'])
    events.emit('tick', 2)
    expect(heard).toEqual(['second', 'second', 'late'])
  })

  it('a listener that throws breaks neither the service nor other listeners, and is not silent', async () => {
    const events = new Emitter<{ tick: number }>()
    const heard: number[] = []
    events.on('tick', () => {
      throw new Error('a bug of the listener')
    })
    events.on('tick', (tick) => heard.push(tick))
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    try {
      const uncaught = new Promise<Error>((resolve) => process.once('uncaughtException', resolve))
      events.emit('tick', 1)
      expect(heard).toEqual([1])
      expect((await uncaught).message).toBe('a bug of the listener')
    } finally {
      for (const listener of before) process.on('uncaughtException', listener)
    }
  })
})
