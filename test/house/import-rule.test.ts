import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { planted } from './planted.ts';
import { ROOT } from './product.ts';

/** A cold compile of two small projects, or a bundle, on a busy machine. */
const SLOWLY = { timeout: 60_000 };

const ACTIVITIES = "import { createActivities } from '../activities/index.ts';\n";

describe('the import rule, by the compiler', SLOWLY, () => {
  // Apart from each other: an import of the activities would bring Node's types along with it.
  it.each<[what: string, violations: [file: string, text: string, refusal: RegExp][]]>([
    [
      'an upward import',
      [
        [
          'src/domain/planted.ts',
          "export { canonicalLine } from '../evidence/canonical.ts';\n",
          /TS6307: File '.*src\/evidence\/canonical\.ts' is not listed/,
        ],
        [
          'workflows/planted.ts',
          `${ACTIVITIES}export const made: unknown = createActivities;\n`,
          /TS6307: File '.*activities\/index\.ts' is not listed/,
        ],
      ],
    ],
    [
      'the world outside',
      [
        [
          'src/domain/planted.ts',
          'export const later: unknown = setTimeout;\n',
          /TS2304: Cannot find name 'setTimeout'/,
        ],
        [
          'workflows/planted-process.ts',
          "export const home: unknown = process.env['HOME'];\n",
          /TS2591: Cannot find name 'process'/,
        ],
        [
          'workflows/planted-node.ts',
          "export { readFileSync } from 'node:fs';\n",
          /TS2591: Cannot find name 'node:fs'/,
        ],
      ],
    ],
  ])('refuses %s in domain and workflows', async (_what, violations) => {
    const files = Object.fromEntries(violations.map(([file, text]) => [file, text]));
    const output = await planted(files, (directory) =>
      outputOf('tsc', ['-b', 'src/domain', 'workflows'], directory),
    );
    for (const [file, , refusal] of violations) expect(linesAbout(file, output)).toMatch(refusal);
  });
});

describe('the import rule, by the linter', SLOWLY, () => {
  const violations: [file: string, from: string, sentence: string][] = [
    ['src/domain/planted.ts', '../evidence/chain.ts', 'src/domain is pure'],
    ['src/domain/planted-node.ts', 'node:fs', 'src/domain is pure'],
    ['src/evidence/planted.ts', '../adapters/ledger/ledger.ts', 'src/evidence is bytes in'],
    ['src/evidence/planted-disk.ts', 'node:fs', 'src/evidence is bytes in'],
    ['workflows/planted.ts', '../activities/index.ts', 'Workflows import src/domain'],
    ['workflows/stages/planted.ts', 'node:crypto', 'Workflows import src/domain'],
    ['workflows/planted-zod.ts', 'zod', 'Workflows import src/domain'],
    ['activities/planted.ts', '../workflows/index.ts', 'Activities import src/domain'],
    ['activities/planted-adapter.ts', '../src/adapters/ledger/ledger.ts', 'Activities import'],
    ['src/adapters/store/planted.ts', '../../shim/app.ts', 'Adapters import src/domain'],
    ['src/intake/planted.ts', '../adapters/ledger/ledger.ts', 'src/intake imports src/domain'],
    ['src/shim/routes/planted.ts', '../../adapters/ledger/ledger.ts', 'src/shim imports'],
    ['src/shim/planted-engine.ts', '@temporalio/client', 'Only src/adapters/engine'],
    ['src/forward/planted.ts', '../intake/intake.ts', 'src/forward imports src/domain'],
    ['src/engine/planted.ts', '../intake/intake.ts', 'src/engine imports src/domain only'],
    ['src/range/planted.ts', '../shim/app.ts', 'src/range stands for services'],
    ['src/cli/commands/planted.ts', '../../adapters/ledger/ledger.ts', 'src/cli imports'],
    ['src/cli/planted-root.ts', '../server.ts', 'Composition roots import the layers'],
    ['src/planted.ts', '../test/support/ledgers.ts', 'does not import its tests'],
  ];

  it('refuses in words, folder by folder', async () => {
    const files = Object.fromEntries(
      violations.map(([file, from]) => [file, `export * as reached from '${from}';\n`]),
    );
    const output = await planted(files, (directory) =>
      outputOf('oxlint', ['-f', 'json', ...Object.keys(files)], directory),
    );
    const found = findings(output).filter(({ code }) => code.includes('no-restricted-imports'));
    for (const [file, , sentence] of violations) {
      const about = found.filter(({ filename }) => filename === file);
      expect(about.map(({ help, message }) => `${message} ${help}`).join()).toContain(sentence);
    }
  });

  it('refuses a clock in the domain, and lets it read a written instant', async () => {
    const clocks = ['new Date()', 'Date.now()'];
    const files = Object.fromEntries(
      clocks.map((clock, i) => [`src/domain/planted-${i}.ts`, `export const t = ${clock};\n`]),
    );
    const output = await planted(files, (directory) =>
      outputOf('oxlint', ['-f', 'json', 'src/domain'], directory),
    );
    const found = findings(output).filter(({ code }) => code.includes('no-restricted-globals'));
    expect(found.map(({ filename }) => filename).toSorted()).toEqual(Object.keys(files));
  });
});

describe('the import rule, by the bundle that the sandbox runs', SLOWLY, () => {
  it.each([
    ['a module of Node', "export { randomUUID as reached } from 'node:crypto';\n", 'node:crypto'],
    [
      'the client',
      "export { Client as reached } from '@temporalio/client';\n",
      '@temporalio/client',
    ],
    ['the activities', `${ACTIVITIES}export const reached = createActivities;\n`, 'node:timers'],
  ])('refuses %s, however deep', async (_what, text, culprit) => {
    const said: string[] = [];
    const bundling = planted(
      {
        'workflows/planted.ts': text,
        'workflows/between.ts': "export { reached } from './planted.ts';\n",
        'workflows/index.ts': "export { reached } from './between.ts';\n",
      },
      (directory) => bundle(directory, said),
    );
    const refusal = await bundling.then(() => 'nothing', String);
    expect([refusal, ...said].join('\n')).toContain(culprit);
  });

  it('holds ours, and no schema library in it', async () => {
    const { code } = await planted({}, (directory) => bundle(directory, []));
    expect(code).toContain('src/domain/ceremony.ts');
    expect(code).not.toMatch(/node_modules\/zod\//);
  });
});

function bundle(directory: string, said: string[]): Promise<{ code: string }> {
  const ignore = () => undefined;
  const note = (message: string) => void said.push(message);
  const logger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, log: ignore };
  return bundleWorkflowCode({
    workflowsPath: join(directory, 'workflows'),
    logger: { ...logger, error: note },
  });
}

interface Finding {
  code: string;
  filename: string;
  message: string;
  help?: string;
}

function findings(output: string): Finding[] {
  const report: { diagnostics: Finding[] } = JSON.parse(output);
  return report.diagnostics;
}

function linesAbout(file: string, output: string): string {
  return output
    .split('\n')
    .filter((line) => line.startsWith(`${file}(`))
    .join('\n');
}

/** What a tool prints, whether or not it found something. */
async function outputOf(tool: string, args: string[], cwd: string): Promise<string> {
  const program = join(ROOT, 'node_modules/.bin', tool);
  const ended = promisify(execFile)(program, args, { cwd, maxBuffer: 2 ** 26 });
  const { stdout } = await ended.catch((error: { stdout: string }) => error);
  return stdout;
}
