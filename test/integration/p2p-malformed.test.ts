import { malformedFrames } from '../p2p/malformed-frames.ts'

malformedFrames(1000)
