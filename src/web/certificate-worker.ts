import * as z from 'zod'
import { certificateJson, storageParams, verifyCertificate } from '../../storage/index.ts'
import { fetchFile, paramsOf } from '../bus/index.ts'
import { openWasmStorage, openWasmVerifier } from '../proving/index.ts'
import type { CertificateQuestion, CertificateVerdict } from './certificate-messages.ts'

// zod would compile checks by `new Function`, which the page's policy forbids (and reports).
z.config({ jitless: true })

const scope = self as unknown as Worker

// One question a worker: what it loads is large, and seldom wanted twice.
scope.addEventListener('message', ({ data }: MessageEvent<CertificateQuestion>) => {
  void verdictOn(data).then((verdict) => scope.postMessage(verdict))
})

async function verdictOn(question: CertificateQuestion): Promise<CertificateVerdict> {
  try {
    const network = paramsOf(question.network)
    const [wasm, key] = await Promise.all([fetchFile(question.wasm), fetchFile(question.key)])
    const [verifier, kernel] = await Promise.all([openWasmVerifier(wasm, key), openWasmStorage(wasm)])
    const { certificate, chain, allowInsecureSetup } = question
    const began = performance.now()
    const options = { storage: storageParams(network), chain, verifier, kernel, allowInsecureSetup }
    const result = await verifyCertificate(certificate, options)
    return { json: certificateJson(result, network), verifyMs: performance.now() - began }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}
