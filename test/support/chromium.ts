import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

const finder = fileURLToPath(new URL('../../scripts/setup/chromium.mjs', import.meta.url))

/**
 * A headless browser that can reach nothing but this machine, by whatever names are given. In CI it is installed when it is
 * missing.
 */
export async function launchChromium(...names: readonly string[]): Promise<Browser> {
  const args = process.env.WSC_CI === undefined ? ['find'] : []
  const { status, stdout, stderr } = spawnSync(process.execPath, [finder, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.trim())
  return chromium.launch({
    executablePath: stdout.trim(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${[...names.map((name) => `MAP ${name} 127.0.0.1`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'].join(', ')}`,
    ],
  })
}
