import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>;

/** A file that needs more than Node says so in its name: `*.server.test.ts` and so on; see test/README.md. */
const NEEDS = [
  'server',
  'skipping',
  'e2e',
  'chaos',
  'docker',
  'tpm',
  'tpm-e2e',
  'host',
  'dockerd',
  's3',
  'immutable',
  'host-e2e',
];

/** An installation starts in a few seconds on a quiet machine; this leaves room for a busy one. */
const WITH_SERVERS: TestOptions = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    // The default leaves one core to watch mode, which is half of a small machine.
    maxWorkers: '100%',
    reporters: ['default', './test/support/closing-report.ts'],
    projects: [
      project('unit', {
        // Loading the same modules again for every file would take nearly as long as the tests do.
        isolate: false,
        include: ['test/**/*.test.ts'],
        exclude: [
          ...NEEDS.map((need) => `test/**/*.${need}.test.ts`),
          'test/replay/**',
          'test/house/**',
        ],
      }),
      project('house', { include: ['test/house/*.test.ts'], testTimeout: 60_000 }),
      oneByOne('replay', { include: ['test/replay/**/*.test.ts'] }),
      oneByOne('postgres', { include: ['test/adapters/ledger/*.test.ts'] }),
      ...NEEDS.map((need) => oneByOne(need, { include: [`test/**/*.${need}.test.ts`] })),
    ],
  },
});

/** One file at a time, after the unit tests: these bring up servers of their own, and the cores are few. */
function oneByOne(name: string, options: TestOptions): TestProjectInlineConfiguration {
  return project(name, {
    ...WITH_SERVERS,
    fileParallelism: false,
    sequence: { groupOrder: 1 },
    globalSetup: `./test/support/machine/for-${name}.ts`,
    runner: './test/support/skipping-runner.ts',
    ...options,
  });
}

function project(name: string, options: TestOptions): TestProjectInlineConfiguration {
  return { test: { name, ...options } };
}
