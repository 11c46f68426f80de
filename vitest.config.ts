import { defineConfig } from 'vitest/config'

/** What is polled for is there at once, but on a machine that is busy with much else. */
const patient = { poll: { timeout: 10_000 } }

/** Unit tests by default; `*.system.test.ts` need the testbed and `*.e2e.test.ts` the bundle on it. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          expect: patient,
          include: ['__tests__/**/*.test.ts'],
          exclude: ['__tests__/**/*.system.test.ts', '__tests__/**/*.e2e.test.ts'],
          testTimeout: 30_000,
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'system',
          expect: patient,
          include: ['__tests__/**/*.system.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each file has namespaces, registries and control planes of its own, and mostly waits for the cluster.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          expect: patient,
          include: ['__tests__/**/*.e2e.test.ts'],
          setupFiles: ['__tests__/e2e/before-each-file.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          // Of the tests that say that they may run at the same time: each is a whole run.
          maxConcurrency: 3,
          fileParallelism: false,
        },
      },
    ],
  },
})
