import { frame } from '../../src/compute/io/sandbox/frames.ts'
import { ANSWER } from '../../src/compute/io/sandbox/messages.ts'

// A program of JavaScript that stands where a generator's process stands, with all that such a process has: what a stranger
// would have who had got out of WebAssembly. Its argument says what it does.
const doing = process.argv[2]
const tell = (kind: number, bytes: Uint8Array = new Uint8Array()) =>
  process.stdout.write(frame(Uint8Array.of(kind, ...bytes)))

async function tried(work: () => unknown): Promise<string> {
  try {
    return `got ${String(await work())}`
  } catch (error) {
    const { code, message, cause } = error as Error & {
      readonly code?: string
      readonly cause?: { readonly code?: string }
    }
    return cause?.code ?? code ?? message
  }
}

const outside = process.argv[3] as string
const port = Number(process.argv[4])
const TRIES: Readonly<Record<string, () => unknown>> = {
  environment: () => JSON.stringify(process.env),
  read: async () => (await import('node:fs')).readFileSync(outside, 'utf8'),
  passwords: async () => (await import('node:fs')).readFileSync('/etc/passwd', 'utf8'),
  parent: async () => (await import('node:fs')).readFileSync(`/proc/${process.ppid}/environ`, 'utf8'),
  write: async () => (await import('node:fs')).writeFileSync(`${outside}.new`, 'x'),
  open: async () => (await import('node:fs')).openSync(process.argv[1] as string, 'r'),
  tcp: async () => {
    const { connect } = await import('node:net')
    return await new Promise((resolve, reject) => {
      connect(port, '127.0.0.1')
        .on('connect', () => resolve('a connection'))
        .on('error', reject)
    })
  },
  listen: async () => {
    const { createServer } = await import('node:net')
    return await new Promise((resolve, reject) => {
      createServer()
        .on('error', reject)
        .listen(0, '127.0.0.1', () => resolve('a port'))
    })
  },
  udp: async () => {
    const { createSocket } = await import('node:dgram')
    return await new Promise((resolve, reject) => {
      createSocket('udp4')
        .on('error', reject)
        .bind(0, () => resolve('a port'))
    })
  },
  fetch: async () => (await fetch(`http://127.0.0.1:${port}`)).status,
  spawn: async () => (await import('node:child_process')).execFileSync('/bin/true').length,
  thread: async () => new (await import('node:worker_threads')).Worker('1', { eval: true }).threadId,
  addon: () => process.dlopen({ exports: {} }, outside),
  memory: () => Array.from({ length: 64 }, () => new Uint8Array(2 ** 27).fill(1)).length,
}

process.stdin.on('data', async () => {
  if (doing === 'lengths') process.stdout.write(Uint8Array.of(255, 255, 255, 127))
  if (doing === 'nonsense') tell(ANSWER.failure, new TextEncoder().encode('{"code":"E_OTHER"}'))
  if (doing === 'exit') process.exit(0)
  if (doing === 'chatter') for (;;) tell(ANSWER.loaded)
  if (doing !== 'try') return
  const found: string[] = []
  for (const [name, work] of Object.entries(TRIES)) found.push(`${name}: ${await tried(work)}`)
  tell(ANSWER.failure, new TextEncoder().encode(JSON.stringify({ code: 'E_WITNESS', message: found.join('\n') })))
})
tell(ANSWER.ready)
