import { retargetTestSuite } from '../support/bus-retarget.ts'

/** Acceptance 5 with epochs of twenty blocks. */
retargetTestSuite(20)
