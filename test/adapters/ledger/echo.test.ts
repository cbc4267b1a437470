import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import type { OpenLedger } from '../../../src/adapters/ledger/ledger.ts';
import {
  admission,
  type AdmissionWishes,
  AT_MS,
  freeze,
  incidentId,
  recorded,
} from '../../support/admissions.ts';
import { challenge, NO_LIMIT } from '../../support/challenges.ts';
import { LEDGER_KINDS, type LedgerKind } from '../../support/ledgers.ts';

const UNTIL = AT_MS + 30_000;

/** Incidents 1 and 2; the first has asked host-3 to prove itself, and may hear of it from host-3 itself. */
async function asked(kind: LedgerKind) {
  const place = await kind.place();
  const ledger = await place.open();
  for (const n of [1, 2]) await ledger.log.admit(admission(n));
  await ask(ledger, 1);
  return { place, ledger };
}

async function ask({ attestations }: OpenLedger, number: number, issued_ms = AT_MS) {
  const question = challenge(number, { incident_id: incidentId(number), issued_ms });
  await attestations.issue(question, NO_LIMIT);
  await attestations.expectEcho(question.nonce, UNTIL);
}

/** What the attestor of host-3 reports. */
const heard = (number: number, wishes: AdmissionWishes = {}) =>
  admission(number, {
    class: 'attestation_failure',
    reporter: 'attestor',
    echo: { host: 'host-3', at_ms: UNTIL },
    holds: [freeze('host-3')],
    ...wishes,
  });

const resolved = recorded('resolved', { type: 'resolved', by: 'ada', note: '' });

describe.each(LEDGER_KINDS)('the echo of our own question on $name', (kind) => {
  it('joins the incident that asked, and opens, holds and starts nothing', async () => {
    const { ledger } = await asked(kind);
    const before = await ledger.register.incident(incidentId(1));
    const { incident, repeated } = await ledger.log.admit(heard(3));

    expect(repeated).toBe(true);
    expect(incident).toEqual(before);
    expect(await ledger.register.incident(incidentId(3))).toBeNull();
    expect(await ledger.holds.inForce()).toEqual([]);
    expect((await ledger.outbox.backlog()).waiting).toBe(2);
    const last = (await ledger.register.timeline(incidentId(1))).at(-1);
    expect(last).toMatchObject({
      key: `echo/${incidentId(3)}`,
      actor: 'attestor',
      type: 'echoed',
      body: { class: 'attestation_failure', reported_by: 'attestor', evidence: { n: 3 } },
    });
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 3, incidents: 2 });
  });

  it('is heard once: the next report opens an incident of its own', async () => {
    const { ledger } = await asked(kind);
    await ledger.log.admit(heard(3));
    const next = await ledger.log.admit(heard(4));
    expect(next).toMatchObject({ repeated: false, incident: { id: incidentId(4) } });
    expect(await ledger.holds.inForce()).toHaveLength(1);
  });

  it('is one of several that are reported at once, over two connections', async () => {
    const { place, ledger } = await asked(kind);
    const other = await place.open();
    const answers = await Promise.all(
      [3, 4, 5, 6].map((n) => (n % 2 ? ledger : other).log.admit(heard(n))),
    );
    expect(answers.filter(({ repeated }) => repeated)).toHaveLength(1);
  });

  it.each([
    ['came too late', { echo: { host: 'host-3', at_ms: UNTIL + 1 } }],
    ['is about another host', { echo: { host: 'host-4', at_ms: UNTIL } }],
    ['is not an attestor’s', { echo: null }],
  ])('is not what %s', async (_why, wishes) => {
    const { ledger } = await asked(kind);
    const told = await ledger.log.admit(heard(3, wishes));
    expect(told).toMatchObject({ repeated: false, incident: { id: incidentId(3) } });
    expect((await ledger.log.admit(heard(4))).incident.id).toBe(incidentId(1));
  });

  it('is nothing any more where the expectation was withdrawn, and was nothing before it', async () => {
    const { ledger } = await asked(kind);
    await ledger.attestations.expectEcho(challenge(1).nonce, 0);
    await ledger.attestations.issue(challenge(2), NO_LIMIT);
    expect((await ledger.log.admit(heard(3))).repeated).toBe(false);
  });

  it('opens an incident where the one that asked is resolved', async () => {
    const { ledger } = await asked(kind);
    await ledger.log.append(incidentId(1), [resolved]);
    expect(await ledger.log.admit(heard(3))).toMatchObject({
      repeated: false,
      incident: { id: incidentId(3) },
    });
  });

  it('goes to the incident that asked last, and then to the one before', async () => {
    const { ledger } = await asked(kind);
    await ask(ledger, 2, AT_MS + 1);
    const heardBy = [];
    for (const n of [3, 4, 5]) heardBy.push((await ledger.log.admit(heard(n))).incident.id);
    expect(heardBy).toEqual([2, 1, 5].map(incidentId));
  });

  it('gives its key to the incident that asked, for ever', async () => {
    const { place, ledger } = await asked(kind);
    await ledger.log.admit(heard(3, { key: 'event-7' }));
    await ledger.log.append(incidentId(1), [resolved]);
    await ask(ledger, 2);
    await ledger.close();

    const again = await place.open();
    const repeat = await again.log.admit(heard(4, { key: 'event-7' }));
    expect(repeat).toMatchObject({ repeated: true, incident: { id: incidentId(1) } });
    expect(await again.register.timeline(incidentId(1))).toHaveLength(3);
    // The repeat used up nothing of what the second incident asked.
    expect((await again.log.admit(heard(5))).incident.id).toBe(incidentId(2));
  });
});
