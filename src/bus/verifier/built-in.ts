/** Made by `npm run build:wasm`: what every key of the bus's circuit has in common, under whatever powers of tau. */
export const BUS_CIRCUIT_ID = '7b9938c73e5f117f4cc7d5425cc2c270cf262ed2067b1da67a8ab3990e8f2940'
