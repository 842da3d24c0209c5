import { killTestSuite } from '../support/bus-kill.ts'

/** Acceptance 6 in full. */
killTestSuite(10, 500)
