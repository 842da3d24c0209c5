import { cpus, loadavg, platform, totalmem } from 'node:os'

/** One line about the machine; the load tells whether figures can be believed. */
export function machineLine(): string {
  const all = cpus()
  const model = all[0]?.model.trim().replaceAll(/\s+/g, ' ') ?? 'unknown CPU'
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  const load = loadavg()
    .map((n) => n.toFixed(2))
    .join(' ')
  return `${model}, ${all.length} cores, ${memory} GiB, load ${load}, ${platform()}, Node ${process.versions.node}`
}
