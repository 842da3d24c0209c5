import { differentialSuite } from '../circuits/differential-suite.ts'

/** All of them, each in both slots. */
differentialSuite({ judged: () => true, slots: () => [0, 1] })
