import { envelopeProperties } from './properties.ts'

// The soak test has the full number.
envelopeProperties({ contents: 2_000, scripts: 5_000 })
