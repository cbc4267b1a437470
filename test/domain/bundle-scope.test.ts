import { describe, expect, it } from 'vitest';
import { type BundleScope, WHOLE, withinScope } from '../../src/domain/bundle-scope.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { incidentId } from '../support/admissions.ts';
import { HAPPENS, incidentAfter, later } from '../support/incidents.ts';

const base = incidentAfter({}, HAPPENS.contained);
const INCIDENTS: Incident[] = [
  {
    ...base,
    id: incidentId(1),
    class: 'prompt_injection',
    severity: 'high',
    subject: { host: 'h1', agent: 'a' },
  },
  {
    ...base,
    id: incidentId(2),
    class: 'tool_call_burst',
    severity: 'low',
    subject: { host: 'h2' },
  },
];

function entry(seq: number, of: number, seconds: number): LedgerEntry {
  const [prev_hash, hash] = ['0'.repeat(64), '1'.repeat(64)];
  const incident_id = of === 0 ? '' : incidentId(of);
  return {
    seq,
    incident_id,
    key: `${seq}`,
    at: later(seconds),
    actor: 'x',
    type: 'contained',
    body: {},
    prev_hash,
    hash,
  };
}

const ENTRIES = [entry(1, 1, 0), entry(2, 2, 1), entry(3, 0, 1), entry(4, 1, 2), entry(5, 1, 3)];

function within(scope: Partial<BundleScope>) {
  const scoped = withinScope({ ...WHOLE, ...scope }, { incidents: INCIDENTS, entries: ENTRIES });
  return {
    incidents: scoped.incidents.map(({ id }) => INCIDENTS.findIndex((i) => i.id === id) + 1),
    entries: scoped.entries.map(({ seq }) => seq),
    left_out: [scoped.left_out.incidents, scoped.left_out.audit_entries],
  };
}

describe('the scope of a bundle', () => {
  it.each<[string, Partial<BundleScope>, number[], number[], [number, number]]>([
    ['of nothing is the whole', {}, [1, 2], [1, 2, 3, 4, 5], [0, 0]],
    ['of a time holds both its ends', { from: later(1), to: later(2) }, [1, 2], [2, 3, 4], [0, 2]],
    ['of a time leaves out what has no entry in it', { from: later(2) }, [1], [4, 5], [1, 3]],
    ['of a subject holds what is about it', { subject: { host: 'h1' } }, [1], [1, 4, 5], [1, 2]],
    ['of two fields needs both', { subject: { host: 'h2', agent: 'a' } }, [], [], [2, 5]],
    ['of categories holds any of them', { categories: ['tool_call_burst', 'x'] }, [2], [2], [1, 4]],
    ['of a severity holds that and worse', { min_severity: 'high' }, [1], [1, 4, 5], [1, 2]],
    ['of everything at once narrows', { min_severity: 'low', to: later(0) }, [1], [1], [1, 4]],
  ])('%s', (_what, scope, incidents, entries, left_out) => {
    expect(within(scope)).toEqual({ incidents, entries, left_out });
  });
});
