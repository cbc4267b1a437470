import { describe, expect, it } from 'vitest';
import type { Hosts } from '../../src/cli/roots.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import { Fault } from '../../src/domain/fault.ts';
import { cordon } from './surroundings.ts';

const NAME = `000b${'5c'.repeat(32)}`;
const CERTIFIED: Enrolment = {
  host: 'web-1',
  version: 3,
  ak_public: 'AAAA',
  ak_name: NAME,
  ak_qualified_name: `000b${'7d'.repeat(32)}`,
  firmware_version: '0x0000000000000001',
  trust: 'ek-certificate',
  assurance: 'hardware',
  ek_root: 'chip-maker',
  ek_name: `000b${'9e'.repeat(32)}`,
  ek_certificate_sha256: 'ab'.repeat(32),
  approved_by: 'account:ada',
  enrolled_at: '2026-03-14T12:00:07.000Z',
  note: '',
};
const ON_FIRST_USE: Enrolment = {
  ...CERTIFIED,
  host: 'web-2',
  trust: 'operator-tofu',
  assurance: 'software',
  ek_root: '',
  ek_certificate_sha256: '',
};

/** Hosts that enrol as they are told, and what they were asked. */
function enrolling(enrolment = CERTIFIED) {
  const asked: unknown[] = [];
  const enrol: Hosts['enrol'] = async (env, request) => {
    asked.push({ home: env['CORDON_HOME'], ...request });
    return enrolment;
  };
  return { asked, roots: { hosts: { ...nothing, enrol } } };
}

function enrolled(...enrolments: Enrolment[]) {
  return { hosts: { ...nothing, enrolments: async () => enrolments } };
}

const refusing = (fault: Fault) => ({
  hosts: { ...nothing, enrol: () => Promise.reject(fault) },
});

function notHere(): never {
  throw new Error('this test has no such host');
}
const nothing: Hosts = { enrolments: notHere, enrol: notHere, captureBaseline: notHere };

describe('cordon enroll', () => {
  it('asks for a certificate unless it is told otherwise', async () => {
    const { asked, roots } = enrolling();
    const ran = await cordon(['enroll', 'web-1'], { roots, env: { CORDON_HOME: '/h' } });
    expect(ran.code).toBe(0);
    expect(asked).toEqual([
      {
        home: '/h',
        host: 'web-1',
        trustName: null,
        replace: false,
        approvedBy: 'account:tester',
        note: '',
      },
    ]);
  });

  it('passes on the Name that was compared, and the consent to replace, as typed', async () => {
    const { asked, roots } = enrolling();
    const trust = ['--trust-name', NAME, '--replace', '--note', 'board swapped; read at the rack'];
    await cordon(['enroll', 'web-1', ...trust], { roots });
    expect(asked).toMatchObject([
      { trustName: NAME, replace: true, note: 'board swapped; read at the rack' },
    ]);
  });

  it('says who certifies the TPM, the whole Name and what to do next', async () => {
    const { out } = await cordon(['enroll', 'web-1'], enrolling());
    expect(out).toBe(
      'web-1 is enrolled, version 3: its TPM is certified by chip-maker (hardware assurance)\n' +
        `Name ${NAME}\n` +
        'Next: cordon baseline capture web-1 --name NAME\n',
    );
  });

  it('never calls a key certified that an operator trusted', async () => {
    const { out } = await cordon(['enroll', 'web-2'], enrolling(ON_FIRST_USE));
    expect(out).toContain('its key is trusted on first use (software assurance)');
    expect(out).not.toContain('certified');
  });

  it('prints the enrolment itself under --json', async () => {
    const { out, err } = await cordon(['enroll', 'web-1', '--json'], enrolling());
    expect(JSON.parse(out)).toEqual(CERTIFIED);
    expect(err).toBe('');
  });

  it.each([
    ['no_attestation_group', false, 1, /put the host into a group/],
    ['already_enrolled', false, 1, /add --replace/],
    ['name_differs', false, 1, /read the Name on the host itself/],
    ['agent_unreachable', true, 4, /see that `cordon agent` runs on the host/],
  ])('where it is refused with %s (retryable: %j), exits %i', async (...row) => {
    const [reason, retryable, exit, advice] = row;
    const roots = refusing(new Fault(reason, 'It was refused', { retryable }));
    const { code, out, err } = await cordon(['enroll', 'web-1'], { roots });
    expect({ code, out }).toEqual({ code: exit, out: '' });
    expect(err).toContain(`cordon: It was refused [${reason}]\n  next: `);
    expect(err).toMatch(advice);
  });

  it('tells a program why it was refused', async () => {
    const fault = new Fault('already_enrolled', 'web-1 is enrolled', { retryable: false });
    const { err } = await cordon(['enroll', 'web-1', '--json'], { roots: refusing(fault) });
    expect(JSON.parse(err)).toMatchObject({ error: 'web-1 is enrolled', code: 'already_enrolled' });
  });

  it('needs a host', async () => {
    expect(await cordon(['enroll'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('cordon hosts', () => {
  it('lists each host with what its key is worth and who approved it', async () => {
    const { code, out } = await cordon(['hosts'], { roots: enrolled(CERTIFIED, ON_FIRST_USE) });
    expect(code).toBe(0);
    const [head = '', first = '', second = ''] = out.split('\n');
    expect(head.split(/ {2,}/)).toEqual([
      'HOST',
      'VERSION',
      'TRUST',
      'ASSURANCE',
      'NAME',
      'APPROVED',
    ]);
    const approved = '2026-03-14 12:00:07Z by account:ada';
    const name = NAME.slice(0, 20);
    expect(first.split(/ {2,}/)).toEqual([
      'web-1',
      '3',
      'ek-certificate',
      'hardware',
      name,
      approved,
    ]);
    expect(second.split(/ {2,}/)).toEqual([
      'web-2',
      '3',
      'operator-tofu',
      'software',
      name,
      approved,
    ]);
  });

  it('warns on a terminal of a key that nobody certifies', async () => {
    const given = { roots: enrolled(CERTIFIED, ON_FIRST_USE), terminal: true };
    const { out } = await cordon(['hosts'], given);
    expect(out).toContain('\u001b[33moperator-tofu');
    expect(out).toContain('\u001b[32mek-certificate');
  });

  it('says so where there is none', async () => {
    expect((await cordon(['hosts'], { roots: enrolled() })).out).toBe('No host is enrolled.\n');
  });

  it('prints the enrolments themselves under --json', async () => {
    const { out } = await cordon(['hosts', '--json'], { roots: enrolled(CERTIFIED, ON_FIRST_USE) });
    expect(JSON.parse(out)).toEqual([CERTIFIED, ON_FIRST_USE]);
  });

  it('exits 4 when the ledger of this machine cannot be opened now', async () => {
    const fault = new Fault('ledger_unavailable', 'The ledger is locked', { retryable: true });
    const hosts = { ...nothing, enrolments: () => Promise.reject(fault) };
    expect(await cordon(['hosts'], { roots: { hosts } })).toMatchObject({ code: 4, out: '' });
  });
});
