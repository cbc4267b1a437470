import { describe, expect, it } from 'vitest';
import type { Roots, Tampering } from '../../src/cli/roots.ts';
import type { Attestation } from '../../src/domain/events.ts';
import { Fault } from '../../src/domain/fault.ts';
import { CLAIMED, REFUSED } from '../support/attestations.ts';
import { cordon } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const CLASSES = [
  'attestation_failure',
  'integrity_violation',
  'unauthorized_access',
  'manifest_mismatch',
  'policy_bypass_attempt',
  'prompt_injection',
  'tool_call_burst',
  'model_behavior_anomaly',
  'forbidden_airlock_request',
];

describe('cordon drill', () => {
  it.each(CLASSES)('tells the whole story of %s and ends well', async (name) => {
    const { url } = await tinyCordon();
    const ran = await cordon(['drill', name, '--url', url]);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(/ms {2}reported .*\n/);
    expect(ran.out).toMatch(/✓ INC-20260314-120000-00000000 ended as it should/);
  });

  it('plays the full ceremony of a latched critical class, in order', async () => {
    const { url, ledger } = await tinyCordon();
    await cordon(['drill', 'attestation_failure', '--url', url]);
    const steps = ledger.entries.map((entry) => entry.type).filter((type) => type !== 'action');
    expect(steps).toEqual([
      'reported',
      'captured',
      'contained',
      'acknowledged',
      'attestation',
      'resolved',
      'released',
      'sealed',
      'closed',
    ]);
  });

  it('resolves a class without a latch without asking for more', async () => {
    const { url, ledger } = await tinyCordon();
    await cordon(['drill', 'tool_call_burst', '--url', url]);
    const steps = ledger.entries.map((entry) => entry.type);
    expect(steps).not.toContain('acknowledged');
    expect(steps).not.toContain('attestation');
  });

  it('goes the longer way when the incident escalates on the way', async () => {
    const { url, ledger } = await tinyCordon({ escalates: true });
    const ran = await cordon(['drill', 'prompt_injection', '--url', url]);
    expect(ran).toMatchObject({ code: 0 });
    const steps = ledger.entries.map((entry) => entry.type);
    expect(steps.slice(steps.indexOf('escalated'))).toEqual([
      'escalated',
      'acknowledged',
      'attestation',
      'resolved',
      'released',
      'sealed',
      'closed',
    ]);
  });

  it('waits for a workflow that has not started yet', async () => {
    const { url } = await tinyCordon({ notStarted: 2 });
    expect((await cordon(['drill', 'tool_call_burst', '--url', url])).code).toBe(0);
  });

  it('fails when a step never happened, and says which', async () => {
    const { url } = await tinyCordon({ never: 'captured' });
    const ran = await cordon(['drill', 'tool_call_burst', '--url', url]);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('it was never captured');
    expect(ran.err).toContain('[drill_failed]');
  });

  it('fails when the exported bundle was changed', async () => {
    const { url } = await tinyCordon({ tamper: true });
    const ran = await cordon(['drill', 'tool_call_burst', '--url', url]);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('the exported bundle does not verify');
  });

  it('prints one document and nothing else under --json', async () => {
    const { url } = await tinyCordon();
    const ran = await cordon(['drill', 'prompt_injection', '--json', '--url', url]);
    const story = JSON.parse(ran.out);
    expect(story).toMatchObject({ problems: [], incident: { class: 'prompt_injection' } });
    expect(story.steps[0]).toMatchObject({ entry: { type: 'reported' }, elapsed_ms: 0 });
    expect(ran.err).toBe('');
  });

  it('brings up an installation where none runs, and takes it down again', async () => {
    const { url } = await tinyCordon();
    let stopped = 0;
    const stop = async () => void (stopped += 1);
    const throwAway = async () => ({ url, home: '/nonexistent', stop });
    const ran = await cordon(['drill', 'tool_call_burst', '--url', 'http://127.0.0.1:1'], {
      roots: { throwAway },
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(stopped).toBe(1);
  });

  it('sends nobody to an installation that is gone', async () => {
    const { url } = await tinyCordon({ never: 'captured' });
    const throwAway = async () => ({ url, home: '/nonexistent', stop: async () => undefined });
    const ran = await cordon(['drill', 'tool_call_burst', '--url', 'http://127.0.0.1:1'], {
      roots: { throwAway },
    });
    expect(ran.err).toMatch(/did not end as it should \[drill_failed\]\n$/);
  });

  it('takes it down as well when the drill is interrupted', async () => {
    const { url } = await tinyCordon({ never: 'contained' });
    const person = new AbortController();
    let stopped = 0;
    const stop = async () => void (stopped += 1);
    const throwAway = async () => ({ url, home: '/nonexistent', stop });
    const ran = await cordon(['drill', 'attestation_failure', '--throw-away'], {
      roots: { throwAway },
      interrupted: person.signal,
      onOut: (soFar) => soFar.includes('freeze_agent') && person.abort(),
    });
    expect(ran.code).toBe(130);
    expect(ran.err).toContain('was stopped before INC-20260314-120000-00000000 was over');
    expect(stopped).toBe(1);
  });

  it('is refused a class that the policy does not know', async () => {
    const { url } = await tinyCordon();
    const ran = await cordon(['drill', 'no_such_class', '--url', url]);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('[unknown_class]');
  });
});

/** A host that is refused for `reason` as long as somebody has tampered with it, and what was done to it. */
function practiceHost(reason: string) {
  const done: unknown[] = [];
  let tampered = false;
  const host: Roots['practiceHost'] = {
    subject: async () => ({ host: 'practice-host' }),
    tamper: async (home, how) => {
      done.push([home, how]);
      tampered = true;
    },
    restore: async (home) => {
      done.push([home, 'restored']);
      tampered = false;
    },
  };
  const proof = (): Attestation => (tampered && reason !== '' ? { ...REFUSED, reason } : CLAIMED);
  return { done, proof, roots: { practiceHost: host } };
}

/** A drill of a class, or of one that must prove itself, on a host that is tampered with. */
async function tampering(
  how: Tampering,
  host: ReturnType<typeof practiceHost>,
  { gateless = false, incidentClass = 'attestation_failure' } = {},
) {
  const { url, ledger, seen } = await tinyCordon({ proof: host.proof, gateless });
  const argv = ['drill', incidentClass, '--tamper', how, '--url', url];
  const ran = await cordon(argv, { roots: host.roots, env: { CORDON_HOME: '/h' } });
  const asked = seen.filter(({ path }) => /reattest|resolve/.test(path));
  return { ...ran, ledger, asked: asked.map(({ path }) => path.split('/').at(-1)) };
}

describe('cordon drill --tamper', () => {
  it.each<[Tampering, string]>([
    ['pcr', 'pcr-policy-mismatch'],
    ['nonce', 'nonce-mismatch'],
    ['key', 'signature-invalid'],
    ['key', 'ak-not-enrolled'],
    ['replay', 'nonce-mismatch'],
  ])('%s ends well where the host is refused for %s', async (how, reason) => {
    const host = practiceHost(reason);
    const { code, out, asked, ledger } = await tampering(how, host);
    expect(code).toBe(0);
    expect(host.done).toEqual([
      ['/h', how],
      ['/h', 'restored'],
    ]);
    expect(asked).toEqual(['reattest', 'resolve', 'reattest', 'resolve']);
    const verdicts = ledger.entries.filter(({ type }) => type === 'attestation');
    expect(verdicts.map(({ body }) => body['accepted'])).toEqual([false, true]);
    expect(out).toContain(`refused: ${reason}`);
    expect(out).toContain('ended as it should');
  });

  it('fails where the host is believed all the same', async () => {
    const host = practiceHost('');
    const { code, err } = await tampering('pcr', host);
    expect(code).toBe(1);
    expect(err).toContain('and reattest was not refused [tampering_not_refused]');
    expect(host.done.at(-1)).toEqual(['/h', 'restored']);
  });

  it.each<[Tampering, string]>([
    ['pcr', 'clock-rollback'],
    ['nonce', 'signature-invalid'],
    ['key', 'nonce-mismatch'],
    ['replay', 'too-many-attempts'],
  ])('%s fails where the host is refused for %s, which is another reason', async (how, reason) => {
    const host = practiceHost(reason);
    const { code, err } = await tampering(how, host);
    expect(code).toBe(1);
    expect(err).toContain(`for another reason: ${reason} [tampering_not_refused]`);
    expect(host.done.at(-1)).toEqual(['/h', 'restored']);
  });

  it('fails where the gate stands open all the same', async () => {
    const host = practiceHost('pcr-policy-mismatch');
    const { code, err } = await tampering('pcr', host, { gateless: true });
    expect(code).toBe(1);
    expect(err).toContain('and resolve was not refused [tampering_not_refused]');
    expect(host.done.at(-1)).toEqual(['/h', 'restored']);
  });

  it('fails for a class that asks for no proof, and says so', async () => {
    const host = practiceHost('pcr-policy-mismatch');
    const { code, out } = await tampering('pcr', host, { incidentClass: 'tool_call_burst' });
    expect(code).toBe(1);
    expect(out).toContain('never refused: does this class need a proof?');
    expect(host.done).toEqual([]);
  });

  it('exits 4 where there is no practice host, and says how to get one', async () => {
    const fault = new Fault('range_unreachable', 'no host', { retryable: true });
    const host = practiceHost('');
    host.roots.practiceHost.tamper = () => Promise.reject(fault);
    const { code, err } = await tampering('pcr', host);
    expect(code).toBe(4);
    expect(err).toMatch(/\[range_unreachable\]\n {2}next: .*where swtpm is installed/);
  });

  it('restores the host as well when it is interrupted', async () => {
    const host = practiceHost('pcr-policy-mismatch');
    const { url } = await tinyCordon({ proof: host.proof });
    const person = new AbortController();
    const { tamper } = host.roots.practiceHost;
    host.roots.practiceHost.tamper = async (home, how) => {
      await tamper(home, how);
      person.abort();
    };
    const argv = ['drill', 'attestation_failure', '--tamper', 'pcr', '--url', url];
    const ran = await cordon(argv, { roots: host.roots, interrupted: person.signal });
    expect(ran.code).toBe(130);
    expect(host.done.at(-1)).toEqual(['/nonexistent', 'restored']);
  });

  it('knows four ways and no other', async () => {
    const { code, err } = await cordon(['drill', 'attestation_failure', '--tamper', 'hammer']);
    expect(code).toBe(2);
    expect(err).toContain('pcr, nonce, key, replay');
  });
});
