import type { NetworkParams } from '../bitcoin/index.ts'
import type { Program } from '../compute/io/index.ts'
import { bytesToHex } from '../lib/index.ts'
import { openTicket, type Ticket } from '../settlement/io/index.ts'
import { usageError } from './exit.ts'

/** The tickets in these files: of graphs of the command, and one of each. */
export async function openTickets(
  files: readonly string[],
  programs: readonly Pick<Program, 'id'>[],
  params: NetworkParams,
): Promise<readonly Ticket[]> {
  const tickets: Ticket[] = []
  for (const file of files) {
    const ticket = await openTicket(file, params)
    const about = `${file} is the ticket of program ${ticket.program}`
    if (!programs.some(({ id }) => bytesToHex(id) === ticket.program)) {
      throw usageError(`${about}, which is no graph of this command`)
    }
    if (tickets.some(({ program }) => program === ticket.program)) {
      throw usageError(`${about}, of which another is given: one graph has one`)
    }
    tickets.push(ticket)
  }
  return tickets
}
