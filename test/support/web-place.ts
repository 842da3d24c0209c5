import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { buildWeb } from '../../scripts/build-web.ts'
import { serveFolder } from '../../scripts/serve-web.ts'
import type { HttpServer } from '../../src/http/index.ts'
import { launchChromium } from './chromium.ts'

/** The page, built and served in a directory of its own, and a browser to open it. */
export class WebPlace {
  readonly directory: string
  readonly browser: Browser
  readonly url: string
  readonly #server: HttpServer
  #complaints: string[] = []

  private constructor(directory: string, browser: Browser, server: HttpServer, url: string) {
    this.directory = directory
    this.browser = browser
    this.#server = server
    this.url = url
  }

  static async make(): Promise<WebPlace> {
    const directory = await mkdtemp(join(tmpdir(), 'wsc-web-'))
    const browser = await launchChromium()
    buildWeb(join(directory, 'web'))
    const { server, url } = await serveFolder(join(directory, 'web'))
    return new WebPlace(directory, browser, server, url)
  }

  async remove(): Promise<void> {
    await this.browser.close()
    await this.#server.stop()
    await rm(this.directory, { recursive: true, force: true })
  }

  /** Requests that left the page's own origin, violations of its policy, errors since last asked: there must be none. */
  complaints(): string[] {
    const found = this.#complaints
    this.#complaints = []
    return found
  }

  async open(at = this.url, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext(options)
    context.on('request', (request) => {
      if (!request.url().startsWith(at)) this.#complaints.push(`request to ${request.url()}`)
    })
    const page = await context.newPage()
    page.on('pageerror', (error) => this.#complaints.push(`error: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text())
    })
    await page.goto(at)
    return page
  }

  /** Kept in the folder of WSC_SCREENSHOTS, if it names one. */
  async screenshot(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(process.env.WSC_SCREENSHOTS ?? this.directory, `${name}.png`), fullPage: true })
  }
}

export const state = (page: Page, name: string) =>
  page.waitForSelector(`html[data-state="${name}"]`, { state: 'attached', timeout: 30_000 })

export type GivenFile = string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }

/** Puts a file in, and waits for the verdict that follows. */
export async function judge(page: Page, file: GivenFile, input = '#proof-file'): Promise<string> {
  await page.evaluate(() => document.documentElement.removeAttribute('data-state'))
  await page.setInputFiles(input, file)
  await page.waitForSelector('html[data-state="judged"], html[data-state="failed"]', { state: 'attached' })
  return await page.locator('#verdict').innerText()
}
