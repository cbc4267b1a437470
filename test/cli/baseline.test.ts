import { describe, expect, it } from 'vitest';
import type { CapturedBaseline, Hosts, Roots } from '../../src/cli/roots.ts';
import { Fault } from '../../src/domain/fault.ts';
import { cordon } from './surroundings.ts';

const CAPTURED: CapturedBaseline = {
  host: 'web-1',
  name: '2026-11-update',
  group: 'web',
  file: '/etc/cordon/attestation.yaml',
  pcr_values: {
    sha256: { 0: 'a0'.repeat(32), 14: 'ae'.repeat(32) },
    sha384: { 7: 'b7'.repeat(48) },
  },
};
const CAPTURE = ['baseline', 'capture', 'web-1', '--name', '2026-11-update'];

function hosts(captureBaseline: Hosts['captureBaseline']): Pick<Roots, 'hosts'> {
  return { hosts: { enrolments: notHere, enrol: notHere, captureBaseline } };
}

function notHere(): never {
  throw new Error('this test has no such host');
}

const refusing = (fault: Fault) => hosts(() => Promise.reject(fault));
const capturing = hosts(async () => CAPTURED);

describe('cordon baseline capture', () => {
  it.each([
    [[], false],
    [['--despite-incident'], true],
  ])('with %j passes on what was asked, as typed', async (options, despiteIncident) => {
    const asked: unknown[] = [];
    const roots = hosts(async (env, request) => {
      asked.push({ home: env['CORDON_HOME'], ...request });
      return CAPTURED;
    });
    await cordon([...CAPTURE, ...options], { roots, env: { CORDON_HOME: '/h' } });
    expect(asked).toEqual([
      {
        home: '/h',
        host: 'web-1',
        name: '2026-11-update',
        despiteIncident,
        approvedBy: 'account:tester',
      },
    ]);
  });

  it('shows every value and its file, which is not yet in force', async () => {
    const { code, out } = await cordon(CAPTURE, { roots: capturing });
    expect(code).toBe(0);
    expect(out).toBe(
      '2026-11-update was added to the group web in /etc/cordon/attestation.yaml:\n' +
        `  sha256  0  ${'a0'.repeat(32)}\n` +
        `  sha256 14  ${'ae'.repeat(32)}\n` +
        `  sha384  7  ${'b7'.repeat(48)}\n` +
        'Read it, then put it in force: cordon policy reload\n',
    );
  });

  it('prints the baseline itself under --json', async () => {
    const { out, err } = await cordon([...CAPTURE, '--json'], { roots: capturing });
    expect(JSON.parse(out)).toEqual(CAPTURED);
    expect(err).toBe('');
  });

  it.each([
    ['not_enrolled', false, 1, /cordon enroll HOST/],
    ['host_under_incident', false, 1, /say --despite-incident/],
    ['baseline_exists', false, 1, /choose another name/],
    ['agent_unreachable', true, 4, /see that `cordon agent` runs on the host/],
  ])('where it is refused with %s (retryable: %j), exits %i', async (...row) => {
    const [reason, retryable, exit, advice] = row;
    const roots = refusing(new Fault(reason, 'It was refused', { retryable }));
    const { code, out, err } = await cordon(CAPTURE, { roots });
    expect({ code, out }).toEqual({ code: exit, out: '' });
    expect(err).toContain(`cordon: It was refused [${reason}]\n  next: `);
    expect(err).toMatch(advice);
  });

  it.each([[['baseline', 'capture', '--name', 'x']], [['baseline', 'capture', 'web-1']]])(
    '%j lacks something, exits 2 and captures nothing',
    async (argv) => {
      const roots = hosts(notHere);
      expect(await cordon(argv, { roots })).toMatchObject({ code: 2, out: '' });
    },
  );
});
