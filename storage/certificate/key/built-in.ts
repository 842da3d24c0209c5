/** Made by `npm run build:certificate-key`: what every key of the certificate's circuit has in common. */
export const CERTIFICATE_CIRCUIT_ID = '69319379e2a86e355c65b11c96ac98b0fd6594d33745b0b407ac71b7cee05ee4'
