import { describe, expect, it } from 'vitest';
import { bindingOf } from '../../src/domain/binding.ts';
import { AIRLOCK, FREEZE, incidentAfter } from '../support/incidents.ts';

const incident = incidentAfter({ actions: [FREEZE, AIRLOCK] });
const [freeze, airlock] = incident.containment_actions;
if (!freeze || !airlock) throw new Error('two actions are planned');

describe('bindingOf', () => {
  it('is the SHA-256 of the transaction as nested arrays', () => {
    // printf '["INC-20260102-030405-00000001","prompt_injection","high",[]]' | sha256sum
    expect(bindingOf({ ...incident, containment_actions: [] })).toBe(
      '9e8c36be68641ee87b1750724044f989dab048e38573c2d2a396b32f5bc7093e',
    );
  });

  it.each([
    ['id', { id: 'INC-20260102-030405-00000002' }],
    ['class', { class: 'tool_call_burst' }],
    ['severity', { severity: 'critical' as const }],
    ['an action', { containment_actions: [{ ...freeze, action: 'thaw_agent' }, airlock] }],
    ['what is held', { containment_actions: [{ ...freeze, resource: 'another' }, airlock] }],
    ['a result', { containment_actions: [{ ...freeze, status: 'failed' as const }, airlock] }],
    ['the order', { containment_actions: [airlock, freeze] }],
    ['their number', { containment_actions: [freeze] }],
  ])('changes with %s', (_what, change) => {
    expect(bindingOf({ ...incident, ...change })).not.toBe(bindingOf(incident));
  });

  it('does not change with what is only told of an action', () => {
    const told = { ...freeze, detail: 'as expected', attempts: 7, at: incident.created_at };
    expect(bindingOf({ ...incident, containment_actions: [told, airlock] })).toBe(
      bindingOf(incident),
    );
  });

  it('keeps the parts apart, whatever characters they hold', () => {
    const a = { ...incident, class: 'a","b', id: 'c' };
    const b = { ...incident, class: 'a', id: 'c","b' };
    expect(bindingOf(a)).not.toBe(bindingOf(b));
  });
});
