import { differentialSuite, oneSlot } from '../circuits/differential-suite.ts'

// Two of three pairs of a valid header and one that is not.
differentialSuite({ judged: ({ index }) => (index >> 1) % 3 !== 2, slots: oneSlot })
