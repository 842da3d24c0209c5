/** Whether the command at hand has a flag: a cure names none that it has not. */
export type HasFlag = (flag: string) => boolean

/** Where no command is known. */
export const anyFlag: HasFlag = () => true

/** Those that the command has, as "--listen, --serve or --p2p"; all of them where it has none. */
export function either(flags: readonly string[], has: HasFlag): string {
  const own = flags.filter(has)
  const named = own.length === 0 ? flags : own
  return named.length < 2 ? named.join() : `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`
}

/** The folder that a command keeps inscriptions and their index in: what runs on has it within that of storage. */
export function settlementFlag(has: HasFlag): string {
  return has('--settlement-dir') ? '--settlement-dir' : '--storage-dir'
}

/**
 * What to do about a folder that another process works with. What runs on, and so does not end by itself, is stopped. Who
 * has a wallet waits: in another folder nothing tells which of its coins are in use, and which records are paid for.
 */
export function freeOrOther(flag: string, has: HasFlag): string {
  if (has('--wallet')) return 'wait until it has ended'
  return `${has('--settlement-dir') ? 'wait until it has ended' : 'stop it'}, or name another ${flag}`
}
