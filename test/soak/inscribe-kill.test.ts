import { inscribeKillSuite } from '../support/inscribe-kill.ts'

inscribeKillSuite(10)
