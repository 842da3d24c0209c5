import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { onSignal } from '../../src/cli/interrupt.ts'

it('takes what comes within a second of the first signal for that one, and a later one for impatience', () => {
  expect(onSignal(null, 5000)).toBe('stop')
  expect(onSignal(5000, 5000)).toBe('same')
  expect(onSignal(5000, 5010)).toBe('same')
  expect(onSignal(5000, 5999)).toBe('same')
  expect(onSignal(5000, 6000)).toBe('quit')
})

it('a process that gets two SIGINTs 10 ms apart still ends in order', async () => {
  const code = `
    import { watchSignals } from './src/cli/interrupt.ts'
    watchSignals(() => setTimeout(() => { console.log('saved'); process.exit(7) }, 300), () => process.exit(130))
    setInterval(() => {}, 1000)
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  await delay(10)
  child.kill('SIGINT')
  const [exit] = await once(child, 'close')
  expect([exit, said]).toEqual([7, 'ready\nsaved\n'])
})
