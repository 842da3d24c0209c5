// Chromium, which drives the web page's test. `node scripts/setup/chromium.mjs find` says where it is; without `find` it is also
// installed where that needs no question.
import { runFinder } from './debian-program.mjs'

runFinder(import.meta.url, {
  what: 'Chromium',
  variable: 'WSC_CHROMIUM',
  names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  places: [
    '/usr/bin/chromium',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  packages: ['chromium', 'fonts-liberation'],
  cure: 'Install Chromium (Debian: apt-get install chromium), or name one by WSC_CHROMIUM=/path/to/chromium.',
})
