import type { AddCommand } from '../command.ts'
import { addGraphAudit } from './graph-audit.ts'
import { addGraphAutomate } from './graph-automate.ts'
import { addGraphBundle } from './graph-bundle.ts'
import { addGraphCeremony } from './graph-ceremony.ts'
import { addGraphCommit } from './graph-commit.ts'
import { addGraphCompile } from './graph-compile.ts'
import { addGraphExec } from './graph-exec.ts'
import { addGraphGet } from './graph-get.ts'
import { addGraphInit } from './graph-init.ts'
import { addGraphLs } from './graph-ls.ts'
import { addGraphProve } from './graph-prove.ts'
import { addGraphPublish } from './graph-publish.ts'
import { addGraphRequest } from './graph-request.ts'
import { addGraphSchema } from './graph-schema.ts'
import { addGraphSetup } from './graph-setup.ts'
import { addGraphTest } from './graph-test.ts'
import { addGraphVerify } from './graph-verify.ts'
import { addGraphWatch } from './graph-watch.ts'

export const addGraph: AddCommand = (parent, run) => {
  const graph = parent.command('graph').description('programs over Bitcoin (zkGraphs) whose results come with a proof')
  for (const add of [
    addGraphInit,
    addGraphCompile,
    addGraphSetup,
    addGraphExec,
    addGraphCommit,
    addGraphProve,
    addGraphVerify,
    addGraphRequest,
    addGraphAutomate,
    addGraphCeremony,
    addGraphTest,
    addGraphBundle,
    addGraphPublish,
    addGraphAudit,
    addGraphLs,
    addGraphGet,
    addGraphWatch,
    addGraphSchema,
  ]) {
    add(graph, run)
  }
}
