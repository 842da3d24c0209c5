import { expect, it } from 'vitest'
import { EXIT, explain } from '../../src/cli/exit.ts'

it('an interrupt is told as one only where nothing else went wrong', () => {
  const stop = new AbortController()
  stop.abort(new Error('interrupted by SIGINT'))
  const coded = (code: string) => Object.assign(new Error('no'), { code })
  const wrapped = new Error('request failed', { cause: stop.signal.reason })
  for (const error of [stop.signal.reason, coded('E_ABORTED'), wrapped, new DOMException('', 'AbortError')]) {
    expect(explain(error, stop.signal)).toMatchObject({ exit: EXIT.interrupted })
  }
  for (const error of [coded('E_ENGINE'), coded('E_DISK_FULL'), new Error('no')]) {
    const explained = explain(error, stop.signal)
    expect(explained).toMatchObject({
      exit: EXIT.unjudged,
      message: expect.stringContaining('not all could be saved: no'),
    })
  }
})
