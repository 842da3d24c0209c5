import { type Browser, chromium } from 'playwright-core'
import { chromiumCure, findChromium, installChromium } from '../../scripts/setup/chromium.mjs.mts'

/** A headless browser that can reach nothing but this machine. In CI it is installed when it is missing. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium() ?? (process.env.WSC_CI === undefined ? undefined : installChromium())
  if (executablePath === undefined) throw new Error(`no Chromium to test the page with. ${chromiumCure}`)
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  })
}
