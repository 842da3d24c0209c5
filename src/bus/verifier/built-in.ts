/** Made by `npm run build:wasm`: the id of `dev.key`, whose digest needs no recomputing. */
export const BUILT_IN_KEY_ID = 'f970f3d75492df4c33293f5ddc319091b480da0d680d223e831b9fc97203f661'

/** What every key of the bus's circuit has in common, under whatever powers of tau. */
export const BUS_CIRCUIT_ID = '7b9938c73e5f117f4cc7d5425cc2c270cf262ed2067b1da67a8ab3990e8f2940'
