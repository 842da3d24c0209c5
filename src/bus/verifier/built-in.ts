/** Made by `npm run build:wasm`: the id of `dev.key`, whose digest needs no recomputing. */
export const BUILT_IN_KEY_ID = 'e268814d5b498b87e5936c9c2f30534b6a0e3df7511e07ea042b403a3e91afc6'

/** What every key of the bus's circuit has in common, under whatever powers of tau. */
export const BUS_CIRCUIT_ID = '9d702c20d686fad4a237520446612668049452c316c68c22d8b5461d0e5f8b22'
