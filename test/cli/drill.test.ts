import { describe, expect, it } from 'vitest';
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
