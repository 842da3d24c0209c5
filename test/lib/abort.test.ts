import { expect, it } from 'vitest'
import { delay, throwIfAborted } from '../../src/lib/index.ts'

it('an aborted signal throws E_ABORTED with its reason as the cause', () => {
  const reason = new Error('enough')
  expect(() => throwIfAborted(AbortSignal.abort(reason))).toThrow(
    expect.objectContaining({ code: 'E_ABORTED', cause: reason }),
  )
  throwIfAborted(new AbortController().signal)
  throwIfAborted(undefined)
})

it('a wait ends at its time, or with the signal, and leaves no listener behind', async () => {
  const controller = new AbortController()
  let listeners = 0
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  await delay(1, signal)
  expect(listeners).toBe(0)
  const reason = new Error('enough')
  const waiting = delay(3_600_000, signal)
  controller.abort(reason)
  await expect(waiting).rejects.toMatchObject({ code: 'E_ABORTED', cause: reason })
  await expect(delay(3_600_000, signal)).rejects.toMatchObject({ code: 'E_ABORTED', cause: reason })
})
