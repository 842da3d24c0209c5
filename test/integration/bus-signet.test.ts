import { retargetTestSuite } from '../support/bus-retarget.ts'

/** Acceptance 5 with epochs of ten blocks; test/soak has the twenty of a longer chain. */
retargetTestSuite(10)
