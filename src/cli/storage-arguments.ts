import { InvalidArgumentError } from 'commander'

/** Option parser: satoshis a virtual byte. */
export function rate(text: string): number {
  const value = Number(text)
  if (!/^[0-9]{1,6}(\.[0-9]{1,3})?$/.test(text) || value < 0.1) throw new InvalidArgumentError('not a fee rate')
  return value
}

/** Option parser: a small count. */
export function copies(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new InvalidArgumentError('not a number from 1 to 999')
  return Number(text)
}
