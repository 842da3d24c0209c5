import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchFile, MAX_KEY_BYTES } from '../../src/bus/index.ts'

afterEach(() => vi.unstubAllGlobals())

/** Answers every fetch with chunks of 1 MiB until it is cancelled, after `last` of them at most. */
function serve(last: number, headers: Record<string, string> = {}) {
  const served = { chunks: 0, cancelled: false }
  const chunk = new Uint8Array(1 << 20)
  const body = new ReadableStream({
    pull: (controller) => {
      if (served.chunks === last) controller.close()
      else {
        served.chunks++
        controller.enqueue(chunk)
      }
    },
    cancel: () => {
      served.cancelled = true
    },
  })
  vi.stubGlobal('fetch', async () => new Response(body, { headers }))
  return served
}

describe('fetching a file of the verifier', () => {
  it('gives all of it', async () => {
    serve(3)
    expect((await fetchFile({ url: 'x/dev.key' })).length).toBe(3 << 20)
    vi.stubGlobal('fetch', async () => new Response(null))
    expect((await fetchFile({ url: 'x/dev.key' })).length).toBe(0)
  })

  it('gives up a file that is too long: by its header, or while it comes', async () => {
    const refusal = { code: 'E_FETCH', message: expect.stringContaining(`longer than ${MAX_KEY_BYTES} bytes`) }
    const served = serve(Infinity, { 'content-length': String(MAX_KEY_BYTES + 1) })
    await expect(fetchFile({ url: 'x/dev.key' })).rejects.toMatchObject(refusal)
    expect(served).toMatchObject({ cancelled: true })
    expect(served.chunks).toBeLessThan(3)

    for (const headers of [{}, { 'content-length': '5' }]) {
      const endless = serve(Infinity, headers)
      await expect(fetchFile({ url: 'x/dev.key' })).rejects.toMatchObject(refusal)
      expect(endless).toMatchObject({ cancelled: true })
      expect(endless.chunks).toBeLessThan(MAX_KEY_BYTES / (1 << 20) + 3)
    }
  })
})
