import { killTestSuite } from '../support/bus-kill.ts'

/** Acceptance 6, shortened: three kills at random moments; test/soak has ten. */
killTestSuite(3, 180)
