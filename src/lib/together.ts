import type { RunningService, Service } from './service.ts'

/**
 * Several services as one: started in this order, each once the one before works, and stopped in the reverse. Where one
 * cannot start, those before it are stopped again. It has ended once all with work of their own have, or as soon as one
 * of them fails. `release` lets go what was opened for them: at the end of `stop`, whether they were started or not.
 */
export function together(
  services: readonly Service[],
  release: () => Promise<void> = async () => undefined,
): RunningService {
  const started: Service[] = []
  const stopAll = async () => {
    const failures: unknown[] = []
    for (const service of started.splice(0).reverse()) {
      await service.stop().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }
  return {
    async start(signal) {
      for (const service of services) {
        try {
          await service.start(signal)
        } catch (error) {
          // Why it could not start is what is told, whatever happens after that.
          await stopAll().catch(() => undefined)
          throw error
        }
        started.push(service)
      }
    },
    async stop() {
      try {
        await stopAll()
      } finally {
        await release()
      }
    },
    async ended() {
      await Promise.all(services.map((service) => (isRunning(service) ? service.ended() : undefined)))
    },
  }
}

function isRunning(service: Service): service is RunningService {
  return 'ended' in service
}
