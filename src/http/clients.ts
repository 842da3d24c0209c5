import type { Socket } from 'node:net'

const ADDRESS_OF_SOCKET = new WeakMap<Socket, string>()

/** Whose connection it is, also after its end, when the socket no longer tells. */
export function clientOf(socket: Socket): string {
  const known = ADDRESS_OF_SOCKET.get(socket)
  if (known !== undefined) return known
  const client = clientOfAddress(socket.remoteAddress ?? '')
  ADDRESS_OF_SOCKET.set(socket, client)
  return client
}

/** An IPv4 address; of an IPv6 address the first 64 bits, all of which one client has. */
export function clientOfAddress(address: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)
  if (mapped !== null) return mapped[1] as string
  if (!address.includes(':')) return address
  const [front = '', back = ''] = address.replace(/%.*$/, '').split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const zeros = Math.max(0, 8 - groups(front).length - groups(back).length)
  const all = [...groups(front), ...Array<string>(zeros).fill('0'), ...groups(back)]
  return `${all.slice(0, 4).join(':')}::/64`
}
