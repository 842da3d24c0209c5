import { asError, errorCode } from '../../../lib/index.ts'
import { MAX_MODULE_BYTES, WitnessCalculator } from '../../../proving/index.ts'
import { FrameReader, frame } from './frames.ts'
import { ANSWER, decodeInput, MAX_FAILURE_BYTES, MAX_INPUT_BYTES, type Start } from './messages.ts'

// The process behind `SandboxedWitnesses`: one generator of a stranger's. Messages come in order: how many wires, the
// module, then inputs one by one. What is no error of the generator ends the process.
const frames = new FrameReader(Math.max(MAX_MODULE_BYTES, MAX_INPUT_BYTES))
let start: Start | undefined
let calculator: WitnessCalculator | undefined
let queue: Promise<void> = Promise.resolve()

process.stdin.on('data', (piece: Buffer) => {
  for (const message of frames.push(piece)) queue = queue.then(() => take(message))
})
process.stdin.on('end', () => process.exit())
answer(ANSWER.ready)

async function take(message: Uint8Array): Promise<void> {
  if (start === undefined) {
    start = JSON.parse(new TextDecoder().decode(message)) as Start
    return
  }
  try {
    if (calculator === undefined) {
      calculator = await WitnessCalculator.load(Uint8Array.from(message), { wires: start.wires })
      answer(ANSWER.loaded)
    } else answer(ANSWER.witness, calculator.calculate(decodeInput(message)))
  } catch (error) {
    const code = errorCode(error)
    if (code === undefined) throw error
    const failure = JSON.stringify({ code, message: asError(error).message.slice(0, MAX_FAILURE_BYTES / 8) })
    answer(ANSWER.failure, new TextEncoder().encode(failure))
  }
}

function answer(kind: number, bytes: Uint8Array = new Uint8Array()): void {
  const message = new Uint8Array(1 + bytes.length)
  message[0] = kind
  message.set(bytes, 1)
  process.stdout.write(frame(message))
}
