/** Files of the built page, named by their content; `scripts/build-web.ts` puts them in. */
export interface Assets {
  readonly worker: string
  readonly wasm: Asset
  readonly key: Asset
  /** Id of that key. */
  readonly keyId: string
  /** Loaded only where there is a certificate. */
  readonly certificateWorker: string
  readonly certificateKey: Asset
}

export interface Asset {
  readonly url: string
  readonly integrity: string
}

declare const WSC_ASSETS: Assets

export const assets: Assets = WSC_ASSETS
