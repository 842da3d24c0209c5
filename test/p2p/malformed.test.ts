import { malformedFrames } from './malformed-frames.ts'

// All lengths and forms; a thousand of each in test/integration.
malformedFrames(300)
