// One set-up at a time in a clone: a second one started meanwhile waits for the first.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { say, stateDir } from './steps.mjs'

const lockFile = join(stateDir, 'setup.lock')
const pause = 1_000

export async function withLock(work) {
  mkdirSync(stateDir, { recursive: true })
  for (let told = false; !take(); await new Promise((resolve) => setTimeout(resolve, pause))) {
    if (!told) say('another set-up of this clone is running, waiting for it …')
    told = true
  }
  const release = () => rmSync(lockFile, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

function take() {
  // By link, so that the lock never exists without the process id in it.
  const mine = `${lockFile}.${process.pid}`
  writeFileSync(mine, `${process.pid}`)
  try {
    linkSync(mine, lockFile)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const holder = readHolder(lockFile)
    if (holder !== undefined && alive(holder)) return false
    if (holder !== undefined) clear(holder)
  } finally {
    rmSync(mine, { force: true })
  }
  return take()
}

/** Takes away the lock of a killed process; one that somebody else took meanwhile is put back. */
function clear(dead) {
  const aside = `${lockFile}.stale.${process.pid}`
  try {
    renameSync(lockFile, aside)
    if (!Object.is(readHolder(aside), dead)) linkSync(aside, lockFile)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function readHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function alive(pid) {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
