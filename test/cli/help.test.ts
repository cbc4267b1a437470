import { describe, expect, it } from 'vitest';
import { cordon } from './surroundings.ts';

const COMMANDS = [
  'up',
  'server',
  'worker',
  'bootstrap',
  'range',
  'agent',
  'forward',
  'drill',
  'report',
  'incidents',
  'show',
  'watch',
  'ack',
  'reattest',
  'resolve',
  'close',
  'stats',
  'export',
  'bundle',
  'ledger',
  'quote',
  'enroll',
  'hosts',
  'baseline',
  'policy',
  'playbook',
  'alerts',
  'inventory',
  'triage',
  'principal',
  'doctor',
];

describe('cordon --help', () => {
  it.each(COMMANDS)('lists %s with a one-line description', async (name) => {
    const { out, code } = await cordon(['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^  ${name}\\b.*  \\S.{10,}$`, 'm'));
  });

  it.each(COMMANDS)('explains %s, with the options that every command has', async (name) => {
    const { out, code } = await cordon(['help', name]);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: cordon ${name}`);
    expect(out).toContain('--json');
    expect(out).toContain('--token-file');
  });

  it('documents every exit code', async () => {
    const { out } = await cordon(['--help']);
    for (const code of [0, 1, 2, 3, 4, 130])
      expect(out).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
  });

  it('refuses an older Node in one line', async () => {
    const { err, code } = await cordon(['stats'], { node: '22.11.0' });
    expect(code).toBe(2);
    expect(err).toMatch(/^cordon needs Node 24 and this is Node 22\.11\.0: .+\n$/);
  });
});

describe('the processes', () => {
  it.each([
    ['up', 'runUp'],
    ['server', 'runServer'],
    ['worker', 'runWorker'],
    ['bootstrap', 'runBootstrap'],
    ['range', 'runRange'],
    ['agent', 'runAgent'],
  ])('cordon %s runs until it is stopped, in the environment it was given', async (name, root) => {
    const seen: unknown[] = [];
    const roots = { [root]: async (env: unknown) => void seen.push(env) };
    const { code } = await cordon([name], { roots, env: { CORDON_HOME: '/h' } });
    expect(code).toBe(0);
    expect(seen).toEqual([{ CORDON_HOME: '/h' }]);
  });
});
