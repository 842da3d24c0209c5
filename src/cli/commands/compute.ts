import type { AddCommand } from '../command.ts'
import { addComputeRegister } from './compute-register.ts'
import { addComputeServe } from './compute-serve.ts'
import { addComputeStatus } from './compute-status.ts'
import { addComputeTicket } from './compute-ticket.ts'

export const addCompute: AddCommand = (parent, run) => {
  const compute = parent.command('compute').description('nodes that run graphs by themselves, and prove each result')
  addComputeServe(compute, run)
  addComputeRegister(compute, run)
  addComputeStatus(compute, run)
  addComputeTicket(compute, run)
}
