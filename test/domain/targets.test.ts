import { describe, expect, it } from 'vitest';
import { targetsPolicySchema } from '../../src/domain/targets.ts';
import { shippedTargets } from '../range/practice.ts';

const actionTo = (over: object) => ({
  target: 'agent',
  apply: { path: '/freeze' },
  verify: { path: '/status', expect: { frozen: true } },
  release: 'manual',
  ...over,
});
const policyWith = (over: object) => ({
  version: 1,
  targets: { agent: { unix: 'run/agent.sock', status: '/status' } },
  actions: { freeze_agent: actionTo({}) },
  ...over,
});
const target = (over: object) => policyWith({ targets: { agent: { status: '/status', ...over } } });
const action = (over: object) => policyWith({ actions: { freeze_agent: actionTo(over) } });

describe('targetsPolicySchema', () => {
  it('accepts the policy that ships', () => {
    const { actions } = shippedTargets();
    expect(actions['freeze_agent']).toMatchObject({ target: 'agent', freeze: true });
    expect(actions['kill_process']).toMatchObject({ host: 'kill' });
    expect(actions['log_alert']).toEqual({ ledger: true });
  });

  it('fills in what is usually left out', () => {
    const policy = targetsPolicySchema.parse(policyWith({}));
    expect(policy.actions['freeze_agent']).toMatchObject({ freeze: false, timeout_ms: 5_000 });
    expect(policy.attestors).toEqual({});
  });

  it.each([
    ['both places', target({ unix: 'a', url: 'http://127.0.0.1:1' })],
    ['no place', target({})],
    ['a secret in a URL', target({ url: 'http://user:secret@127.0.0.1' })],
    ['another protocol', target({ url: 'file:///etc/passwd' })],
    ['an unknown key', target({ unix: 'a', token: 'secret' })],
    ['a target that is not there', action({ target: 'nobody' })],
    ['a path that climbs', action({ apply: { path: '/../admin' } })],
    [
      'an order that says another reason',
      action({ apply: { path: '/f', body: { reason: 'none' } } }),
    ],
    [
      'a probe that may be served',
      action({
        verify: {
          path: '/s',
          expect: { frozen: true },
          probe: { path: '/w', status: 200, expect: { a: 1 } },
        },
      }),
    ],
    [
      'an artifact whole that is none',
      target({ unix: 'a', artifacts: { paths: { log: '/log' }, whole: ['chain'] } }),
    ],
    ['a path with a query', action({ apply: { path: '/freeze?force=1' } })],
    ['nothing to verify by', action({ verify: { path: '/status', expect: {} } })],
    ['no release', action({ release: undefined })],
    ['a limit without a limit', action({ timeout_ms: 3_600_000 })],
    ['an action that is both', action({ ledger: true })],
    ['a freeze that destroys evidence', action({ freeze: true, destructive: true })],
    ['a step that no agent takes', policyWith({ actions: { a: { host: 'reboot' } } })],
    [
      'a kill that leaves networks',
      policyWith({ actions: { a: { host: 'kill', allow: ['10.0.0.0/8'] } } }),
    ],
    [
      'a target with the name of the agents',
      policyWith({ targets: { 'host-agent': { unix: 'a', status: '/' } } }),
    ],
    ['another version', policyWith({ version: 2 })],
    [
      'assurance of any kind',
      policyWith({ attestors: { a: { unix: 'a', hmac_key_file: 'k', assurance: [] } } }),
    ],
  ])('refuses %s', (_what, policy) => {
    expect(targetsPolicySchema.safeParse(policy).success).toBe(false);
  });
});
