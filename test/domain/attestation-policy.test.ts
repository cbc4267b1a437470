import { describe, expect, it } from 'vitest';
import {
  attestationPolicySchema,
  groupOf,
  type AttestationPolicy,
} from '../../src/domain/attestation-policy.ts';

const GOLDEN = { sha256: { '0': 'a0'.repeat(32), '7': 'a7'.repeat(32) } };
const GROUP = {
  hosts: ['web-1', 'web-2'],
  assurance: ['hardware'],
  pcr_selection: [{ bank: 'sha256', pcrs: [0, 7] }],
  baselines: { spring: GOLDEN },
};
const POLICY = {
  version: 1,
  attempts: { most: 30, window: '10m' },
  hosts: {
    'web-1': { url: 'https://web-1.example:9443' },
    'web-2': { unix: 'run/web-2.sock' },
  },
  groups: { web: GROUP },
};

const withGroup = (change: object) => ({ ...POLICY, groups: { web: { ...GROUP, ...change } } });
const withPlace = (place: object) => ({ ...POLICY, hosts: { ...POLICY.hosts, 'web-1': place } });

const parse = (policy: object): AttestationPolicy => attestationPolicySchema.parse(policy);

const root = (change: object = {}) => ({
  file: 'roots/maker.pem',
  assurance: 'hardware',
  ...change,
});

/** `path: message` of everything that is wrong; empty where nothing is. */
function problems(policy: object): string[] {
  const issues = attestationPolicySchema.safeParse(policy).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('what is left out', () => {
  it('is on the safe side', () => {
    expect(parse(POLICY)).toMatchObject({
      without_enrolment: 'refuse',
      verdict_expiry: 5 * 60_000,
      ek_roots: {},
      groups: {
        web: {
          require_clock_safe: false,
          require_event_log: false,
          reset_required: ['attestation_failure', 'integrity_violation', 'unauthorized_access'],
        },
      },
    });
    expect(parse(POLICY)).not.toHaveProperty('unnamed_host');
    expect(parse(POLICY).groups['web']).not.toHaveProperty('firmware');
  });

  it('leaves an agent 35 seconds, in which it may quote three times', () => {
    expect(parse(POLICY).hosts['web-1']?.timeout_ms).toBe(35_000);
  });

  it('leaves no host that could prove itself', () => {
    const { hosts, groups } = parse({ version: 1, attempts: POLICY.attempts });
    expect({ hosts, groups }).toEqual({ hosts: {}, groups: {} });
  });

  it.each(['version', 'attempts'])('must not be %s', (member) => {
    expect(problems({ ...POLICY, [member]: undefined })).toHaveLength(1);
  });

  it.each(['hosts', 'assurance', 'pcr_selection', 'baselines'])(
    'must not be the %s of a group',
    (member) => {
      expect(problems(withGroup({ [member]: undefined })).length).toBeGreaterThan(0);
    },
  );
});

describe('the policy', () => {
  it.each([
    ['another version', { version: 2 }, /^version: /],
    ['a member that it does not know', { verdict_expires: '5m' }, /^: /],
    ['a host that is no name', { unnamed_host: 'a host' }, /^unnamed_host: is not a host name$/],
    ['another way without enrolment', { without_enrolment: 'accept' }, /^without_enrolment: /],
    ['a verdict that expires at once', { verdict_expiry: '999ms' }, /from a second to a day$/],
    ['a verdict that holds for days', { verdict_expiry: '25h' }, /from a second to a day$/],
    ['a verdict without unit', { verdict_expiry: 300 }, /^verdict_expiry: /],
    ['no attempt', { attempts: { most: 0, window: '10m' } }, /^attempts\.most: /],
    ['attempts without end', { attempts: { most: 1_001, window: '10m' } }, /^attempts\.most: /],
    ['attempts in no time', { attempts: { most: 1 } }, /^attempts\.window: /],
    ['a root that is no name', { ek_roots: { 'Chip Maker': root() } }, /^ek_roots\.Chip Maker: /],
    ['a root of no file', { ek_roots: { maker: root({ file: '' }) } }, /^ek_roots\.maker\.file: /],
    ['a root of other worth', { ek_roots: { maker: root({ assurance: 'good' }) } }, /assurance: /],
  ])('refuses %s', (_what, change, problem) => {
    expect(problems({ ...POLICY, ...change })).toEqual([expect.stringMatching(problem)]);
  });

  it.each(['1s', '24h'])('lets a verdict hold for %s', (verdict_expiry) => {
    expect(problems({ ...POLICY, verdict_expiry })).toEqual([]);
  });

  it.each([1, 1_000])('lets a host be asked %i times', (most) => {
    expect(problems({ ...POLICY, attempts: { most, window: '1s' } })).toEqual([]);
  });
});

describe('the place of an agent', () => {
  it.each([
    ['none', {}, 'give exactly one of url and unix'],
    ['two', { url: 'https://a.example', unix: 'a.sock' }, 'give exactly one of url and unix'],
    ['one with a password', { url: 'https://me:secret@a.example' }, 'secrets are paths to files'],
    ['one by ftp', { url: 'ftp://a.example' }, 'Invalid URL'],
    ['one of no patience', { unix: 'a.sock', timeout_ms: 49 }, 'expected number to be >=50'],
    ['one of much patience', { unix: 'a.sock', timeout_ms: 60_001 }, 'to be <=60000'],
    ['one that is misspelt', { unix: 'a.sock', tokenfile: 'a' }, 'tokenfile'],
  ])('is not %s', (_what, place, problem) => {
    expect(problems(withPlace(place))).toEqual([expect.stringContaining(problem)]);
    expect(problems(withPlace(place))[0]).toMatch(/^hosts\.web-1/);
  });

  it('is under a name of a host', () => {
    const hosts = { ...POLICY.hosts, 'web 3': { unix: 'a.sock' } };
    expect(problems({ ...POLICY, hosts })).toEqual([expect.stringMatching(/^hosts\.web 3: /)]);
  });
});

describe('a group', () => {
  it.each([
    ['no host', { hosts: [] }, /^groups\.web\.hosts: /],
    [
      'a host that has no place',
      { hosts: ['db-1'] },
      /hosts\.0: hosts does not say where db-1 is$/,
    ],
    ['an inherited host', { hosts: ['toString'] }, /hosts does not say where toString is$/],
    ['a host twice', { hosts: ['web-1', 'web-1'] }, /hosts\.1: web-1 is in a group already$/],
    ['no assurance', { assurance: [] }, /^groups\.web\.assurance: /],
    ['other assurance', { assurance: ['some'] }, /^groups\.web\.assurance\.0: /],
    ['SHA-1', { pcr_selection: [{ bank: 'sha1', pcrs: [0] }] }, /pcr_selection\.0\.bank: /],
    ['half a PCR', { pcr_selection: [{ bank: 'sha256', pcrs: [0.5] }] }, /pcrs\.0: /],
    [
      'a baseline that is no name',
      { baselines: { 'a b': GOLDEN } },
      /^groups\.web\.baselines\.a b: /,
    ],
    ['firmware in decimal', { firmware: ['1'] }, /firmware\.0: is 0x and 16 hex digits$/],
    ['a class that is no name', { reset_required: ['Boot Kit'] }, /reset_required\.0: /],
    ['a member that it does not know', { require_reboot: true }, /^groups\.web: .*require_reboot/],
  ])('is not of %s', (_what, change, problem) => {
    expect(problems(withGroup(change))).toEqual([expect.stringMatching(problem)]);
  });

  it('asks for something that a quote can prove', () => {
    expect(problems(withGroup({ pcr_selection: [], baselines: {} }))).toEqual([
      'groups.web.pcr_selection: no PCR is selected',
    ]);
  });

  it('has a value of every PCR in each baseline, and says which one lacks it', () => {
    const baselines = { spring: GOLDEN, autumn: { sha256: { '0': 'b0'.repeat(32) } } };
    expect(problems(withGroup({ baselines }))).toEqual([
      'groups.web.baselines.autumn: PCR 7 of sha256 has no known-good value',
    ]);
  });

  it('may have no baseline yet, so that a host can be enrolled first', () => {
    expect(problems(withGroup({ baselines: {} }))).toEqual([]);
  });

  it('may ask for more, or after no class for a reset', () => {
    const asked = {
      firmware: ['0x0000000000000001', '0x00000000000000ff'],
      require_clock_safe: true,
      require_event_log: true,
      reset_required: [],
    };
    expect(parse(withGroup(asked)).groups['web']).toMatchObject(asked);
  });

  it('has a host for itself', () => {
    const groups = { web: GROUP, also: { ...GROUP, hosts: ['web-2'] } };
    expect(problems({ ...POLICY, groups })).toEqual([
      'groups.also.hosts.0: web-2 is in a group already',
    ]);
  });
});

describe('the group of a host', () => {
  const policy = parse({
    ...POLICY,
    hosts: { ...POLICY.hosts, 'db-1': { unix: 'run/db-1.sock' }, idle: { unix: 'run/i.sock' } },
    groups: { web: GROUP, db: { ...GROUP, hosts: ['db-1'], assurance: ['software'] } },
  });

  it('is the one that names it', () => {
    expect(groupOf(policy, 'web-2')).toBe(policy.groups['web']);
    expect(groupOf(policy, 'db-1')).toBe(policy.groups['db']);
  });

  it.each(['idle', 'unheard-of', 'web'])('is none for %s', (host) => {
    expect(groupOf(policy, host)).toBeNull();
  });
});
