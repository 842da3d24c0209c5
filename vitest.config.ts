import { defineConfig } from 'vitest/config'
import { closingLine } from './scripts/vitest-reporter.ts'

// No retries anywhere: a test that passes only at the second attempt is a failing test.
const common = {
  pool: 'forks' as const,
  environment: 'node',
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // A busy machine is late, not wrong.
  expect: { poll: { timeout: 30_000 } },
}

// Tests that prove use every core themselves: one file after another.
const alone = { ...common, maxWorkers: 1, hookTimeout: 600_000 }

export default defineConfig({
  test: {
    reporters: ['verbose', closingLine],
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          // Many wait for sockets or the disk; by default a core would stand idle, of two every second one.
          maxWorkers: '100%',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{integration,soak,compose}/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...alone,
          // Most wait for nodes and blocks, and by themselves keep one of two cores busy.
          maxWorkers: 2,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...alone,
          name: 'compose',
          include: ['test/compose/**/*.test.ts'],
          testTimeout: 900_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...alone,
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          testTimeout: 3_600_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
