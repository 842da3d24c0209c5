import { attestationProperties } from '../bus/attestation-properties.ts'

attestationProperties(100_000)
