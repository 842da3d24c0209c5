import { envelopeProperties } from '../envelope/properties.ts'

envelopeProperties({ contents: 50_000, scripts: 150_000 })
