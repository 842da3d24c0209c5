import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const finder = fileURLToPath(new URL('../setup/chromium.mjs', import.meta.url))

/** What a page showed, and by what it was read. */
export interface Shown {
  readonly by: string
  readonly text: string
}

/** Opens a page in headless Chromium where there is one; else it is fetched as it is, and nothing of it runs. */
export async function openPage(own: string, path: string): Promise<Shown> {
  const program = spawnSync(process.execPath, [finder, 'find'], { encoding: 'utf8' }).stdout.trim()
  if (program === '') {
    const answer = await fetch(path)
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return { by: 'HTTP alone, for no Chromium is here', text: await answer.text() }
  }
  const browser = await chromium.launch({
    executablePath: program,
    // A gateway is the only place that it may reach.
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP * ~NOTFOUND'],
  })
  try {
    const page = await browser.newPage()
    const answer = await page.goto(own)
    if (answer?.ok() !== true) throw new Error(`${own}: ${answer?.status()}`)
    // Its script, which the same blob holds, says what it has read.
    await page.waitForFunction('document.title.startsWith("read ")')
    return { by: `headless Chromium ${browser.version()}`, text: await page.title() }
  } finally {
    await browser.close()
  }
}
