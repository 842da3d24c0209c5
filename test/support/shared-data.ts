import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

const places = [process.env.WSC_SHARED_DATA, fileURLToPath(new URL('../../../shared/data', import.meta.url))]

/**
 * A file of the large data set that is not part of the repository. Without it the test is skipped with a reason,
 * and a skipped test fails where WSC_CI is set.
 */
export function sharedData(test: TestContext, path: string): Uint8Array {
  for (const place of places) {
    if (place && existsSync(join(place, path))) return new Uint8Array(readFileSync(join(place, path)))
  }
  const reason = `${path} is neither in WSC_SHARED_DATA nor in ../shared/data`
  if (process.env.WSC_CI) throw new Error(reason)
  console.log(`skipped: ${reason}`)
  // biome-ignore lint/suspicious/noSkippedTests: the data are large and no part of a clone
  return test.skip(reason)
}

export function sharedJson<T>(test: TestContext, path: string): T {
  return JSON.parse(new TextDecoder().decode(sharedData(test, path))) as T
}

/** A file of test/vectors. */
export function vector<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as T
}
