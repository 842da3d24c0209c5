/** Made by `npm run build:wasm`: what every key of the bus's circuit has in common, under whatever powers of tau. */
export const BUS_CIRCUIT_ID = '1c6dce92657878a7ab408161e4ff63e11e5a8e974f6a2b464ffc43beb7e4b067'
