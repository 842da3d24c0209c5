import { attestationProperties } from './attestation-properties.ts'

attestationProperties(1000)
