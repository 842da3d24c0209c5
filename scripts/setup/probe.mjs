// The probe of the containers' health checks (scripts/probe/probe.c), by the C compiler, unless it was built from this very
// source. Containers are of Linux; elsewhere there is nothing to build.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hashFiles, readStamp, writeStamp } from './stamp.mjs'
import { root, say, stateDir, step } from './steps.mjs'

const folder = join(root, 'scripts', 'probe')
const probe = join(folder, 'wsc-probe')
const stampFile = join(stateDir, 'probe.stamp')

export async function buildProbe(abort) {
  if (process.platform !== 'linux') return
  const wanted = hashFiles(folder, ['probe.c'], process.arch)
  if (existsSync(probe) && readStamp(stampFile) === wanted) return say('probe of the containers: up to date')
  const command = ['cc', '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s', '-o', probe, join(folder, 'probe.c')]
  await step('build the probe of the containers', command, { abort })
  mkdirSync(stateDir, { recursive: true })
  writeStamp(stampFile, wanted)
}
