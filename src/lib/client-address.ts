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
