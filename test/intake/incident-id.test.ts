import { expect, it } from 'vitest';
import { incidentId } from '../../src/intake/incident-id.ts';
import { NOW } from './scratch.ts';

it('is the second of the report in UTC and four random bytes in hex', () => {
  const random = Uint8Array.from([0, 10, 255, 42]);
  expect(incidentId(NOW, random)).toBe('INC-20260314-120000-000aff2a');
  expect(incidentId(NOW + 999, random)).toBe('INC-20260314-120000-000aff2a');
  expect(incidentId(Date.parse('2026-12-31T23:59:59.999+14:00'), random)).toBe(
    'INC-20261231-095959-000aff2a',
  );
});

it('is of the same length however many bytes it is given', () => {
  expect(incidentId(NOW, new Uint8Array(32).fill(7))).toBe('INC-20260314-120000-07070707');
});
