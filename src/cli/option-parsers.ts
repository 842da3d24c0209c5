import { InvalidArgumentError } from 'commander'
import { isGatewayUrl } from '../../storage/index.ts'

/** Option parsers that commands of several parts take. */

/** One more of an option that may be given again. */
export function more(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

/** One more address of a gateway. */
export function gatewayUrl(text: string, before: readonly string[] = []): string[] {
  if (!isGatewayUrl(text)) throw new InvalidArgumentError('write http://HOST:PORT or https://HOST')
  return [...before, text]
}

/** Satoshis a virtual byte. */
export function rate(text: string): number {
  const value = Number(text)
  if (!/^[0-9]{1,6}(\.[0-9]{1,3})?$/.test(text) || value < 0.1) throw new InvalidArgumentError('not a fee rate')
  return value
}
