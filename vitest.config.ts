import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import InOrder from './test/support/in-order.ts';

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>;

/**
 * A file that needs more than Node says so in its name: `*.server.test.ts` and so on; see test/README.md. The kinds
 * with the longest files come first, so that none of these is left to the end.
 */
const NEEDS = [
  'chaos',
  'tpm-e2e',
  'host-e2e',
  'e2e',
  'alertmanager',
  'opa',
  'logrotate-e2e',
  'cosign',
  'tpm',
  'host',
  'dockerd',
  'server',
  'skipping',
  's3',
  'immutable',
  'logrotate',
  'docker',
];

/** An installation starts in a few seconds on a quiet machine; this leaves room for a busy one. */
const WITH_SERVERS: TestOptions = { testTimeout: 60_000, hookTimeout: 120_000 };

/** Files with servers that run at once: each waits for most of its time, but more would make each other late. */
const SIDE_BY_SIDE = 2;

export default defineConfig({
  test: {
    pool: 'forks',
    // The default leaves one core to watch mode, which is half of a small machine.
    maxWorkers: '100%',
    sequence: { sequencer: InOrder },
    reporters: ['default', './test/support/closing-report.ts'],
    projects: [
      project('unit', {
        // Loading the same modules again for every file would take nearly as long as the tests do.
        isolate: false,
        include: ['test/**/*.test.ts'],
        // Some check hundreds of signatures, on machines that others use too: this is for what hangs.
        testTimeout: 30_000,
        hookTimeout: 30_000,
        exclude: [
          ...NEEDS.map((need) => `test/**/*.${need}.test.ts`),
          'test/replay/**',
          'test/house/**',
        ],
      }),
      project('house', { include: ['test/house/*.test.ts'], testTimeout: 60_000 }),
      ...NEEDS.map((need) => besideAnother(need, { include: [`test/**/*.${need}.test.ts`] })),
      besideAnother('postgres', { include: ['test/adapters/ledger/*.test.ts'] }),
      besideAnother('replay', { include: ['test/replay/**/*.test.ts'] }),
    ],
  },
});

/** After the unit tests: these bring up servers of their own, on ports and in homes of their own. */
function besideAnother(name: string, options: TestOptions): TestProjectInlineConfiguration {
  return project(name, {
    ...WITH_SERVERS,
    maxWorkers: SIDE_BY_SIDE,
    sequence: { groupOrder: 1 },
    globalSetup: `./test/support/machine/for-${name}.ts`,
    runner: './test/support/skipping-runner.ts',
    ...options,
  });
}

function project(name: string, options: TestOptions): TestProjectInlineConfiguration {
  return { test: { name, ...options } };
}
