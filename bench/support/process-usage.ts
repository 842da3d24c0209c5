import { readFile } from 'node:fs/promises'

/** What another process has used so far, as Linux tells; elsewhere unknown. */
export interface ProcessUsage {
  readonly cpuSeconds: number
  readonly peakBytes: number
  readonly residentBytes: number
}

/** Ticks a second of `/proc/<pid>/stat` on every Linux that Node runs on (`getconf CLK_TCK`). */
const TICKS = 100

export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ])
    // proc(5): after the name in brackets comes field 3; user and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS
    const kilobytes = (name: string) => new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
    const [peak, resident] = [kilobytes('VmHWM'), kilobytes('VmRSS')]
    if (peak === undefined || resident === undefined) return undefined
    return { cpuSeconds, peakBytes: Number(peak) * 1024, residentBytes: Number(resident) * 1024 }
  } catch {
    return undefined
  }
}
