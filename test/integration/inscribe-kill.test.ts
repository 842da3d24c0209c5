import { inscribeKillSuite } from '../support/inscribe-kill.ts'

// The soak test has the full number.
inscribeKillSuite(3)
