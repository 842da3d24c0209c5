import type { CertificateQuestion, CertificateVerdict } from './certificate-messages.ts'

/** Verifies in a worker of its own, which ends with the answer, or once the signal fires. */
export function askCertificate(
  worker: Worker,
  question: CertificateQuestion,
  signal: AbortSignal,
): Promise<CertificateVerdict> {
  const answer = Promise.withResolvers<CertificateVerdict>()
  worker.addEventListener('message', ({ data }: MessageEvent<CertificateVerdict>) => answer.resolve(data))
  worker.addEventListener('error', ({ message }) => answer.resolve({ failed: message || 'the worker failed to start' }))
  const stop = () => answer.resolve({ failed: 'interrupted' })
  signal.addEventListener('abort', stop, { once: true })
  worker.postMessage(question)
  return answer.promise.finally(() => {
    signal.removeEventListener('abort', stop)
    worker.terminate()
  })
}
