import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Pending } from '../../src/domain/ledger.ts';
import { toldKey } from '../../src/domain/thread.ts';
import { startRevival, type RevivalDeps } from '../../src/intake/revival.ts';
import { admission, freeze, incidentId, recorded } from '../support/admissions.ts';
import { eventually } from '../support/eventually.ts';
import { AIRLOCK, HAPPENS, LATCHED } from '../support/incidents.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { quiet } from './scratch.ts';

/** As `src/intake/revival.ts` has it. */
const PATROL_EVERY_MS = 15_000;
const RUN = '0198a2b3-7c4d-7e5f-8a9b-0c1d2e3f4a5b';
const THREAD = 'e'.repeat(64);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** A revival on a ledger of its own, and what it offers to be started. */
async function ward(changed: Partial<RevivalDeps> = {}) {
  const ledger = await freshLedger(SQLITE);
  const offered: Pending[] = [];
  const ended: [string, string][] = [];
  const revival = startRevival({
    register: ledger.register,
    dispatcher: {
      isContaining: () => false,
      offer: (pending) => void offered.push(pending),
      run: () => undefined,
      stop: async () => undefined,
    },
    endedFromOutside: async function* () {
      yield* ended;
    },
    log: quiet,
    ...changed,
  });
  onTestFinished(() => revival.stop());
  return {
    ledger,
    offered,
    ended,
    revival,
    /** An incident to which a run of its workflow has told these. */
    incident: async (number: number, ...told: IncidentEvent[]) => {
      const made = admission(number, { latched: true, holds: [freeze('host-3')] });
      await ledger.log.admit(made);
      const events = told.map((event, i) => recorded(toldKey(RUN, i + 1, THREAD), event));
      await ledger.log.append(incidentId(number), events);
      return made.input;
    },
    patrol: () => void vi.advanceTimersByTime(PATROL_EVERY_MS),
    offers: (count: number) =>
      eventually(
        () => offered,
        ({ length }) => length === count,
        5_000,
      ),
  };
}

describe('an unfinished incident', () => {
  it('goes on where its run has left off, with all that the ledger knows', async () => {
    const { ledger, revival, offered, incident } = await ward();
    const told = [HAPPENS.inForce(), HAPPENS.contained, HAPPENS.acknowledged];
    const input = await incident(1, ...told);
    expect(await revival.revive(input.id)).toBe(true);
    const known = await ledger.register.incident(input.id);
    expect(known).toMatchObject({ state: 'contained', acked_by: 'ada' });
    const resumed = { incident: { ...known, evidence: {} }, told: 3 };
    expect(offered).toEqual([{ input: { ...input, resumed }, severity: 'high' }]);
  });

  it('begins at its beginning where no run has told anything', async () => {
    const { ledger, revival, offered, incident } = await ward();
    const input = await incident(1);
    const reflex = { type: 'reflex', action: 'freeze_agent', target: 'agent' } as const;
    await ledger.log.append(input.id, [
      recorded('reflex/freeze_agent', { ...reflex, applied: true, detail: '', took_ms: 3 }),
    ]);
    expect(await revival.revive(input.id)).toBe(true);
    expect(offered).toEqual([{ input, severity: 'high' }]);
  });

  it('goes on with all that was planned, by whatever it was raised and widened', async () => {
    const { revival, offered, incident } = await ward();
    const widened = HAPPENS.widened({ host: 'host-9' });
    const raised = HAPPENS.raised({ ...LATCHED, actions: [AIRLOCK] });
    const { id, plan } = await incident(1, HAPPENS.inForce(), widened, raised);
    await revival.revive(id);
    const actions = [...plan.actions, ...widened.actions, AIRLOCK];
    expect(offered).toMatchObject([
      { severity: 'critical', input: { resumed: { told: 3, course: { ...LATCHED, actions } } } },
    ]);
  });

  it('is told again of what no run has come to', async () => {
    const { ledger, revival, offered, incident } = await ward();
    const known = HAPPENS.widened({ host: 'host-8' });
    const { id } = await incident(1, HAPPENS.inForce(), known);
    const { type: _, ...widens } = HAPPENS.widened({ host: 'host-9' });
    const { course: raises } = HAPPENS.raised({ severity: 'critical' });
    const { course: noMore } = HAPPENS.raised({ severity: 'high' });
    await ledger.log.append(id, [
      recorded('alert/1', HAPPENS.observed({ widens: { subject: known.subject, actions: [] } })),
      recorded('alert/2', HAPPENS.observed({ widens })),
      recorded('alert/3', HAPPENS.observed({ raises: noMore })),
      recorded('alert/4', HAPPENS.observed({ raises })),
      recorded('alert/5', HAPPENS.observed({})),
    ]);
    await revival.revive(id);
    const observed = [
      { key: 'alert/2', widens },
      { key: 'alert/4', raises },
    ];
    expect(offered.map(({ input }) => input.observed)).toEqual([observed]);
  });

  it('is one that is resolved and not released yet', async () => {
    const { revival, offered, incident } = await ward();
    const input = await incident(1, HAPPENS.inForce(), HAPPENS.contained, HAPPENS.resolved);
    expect(await revival.revive(input.id)).toBe(true);
    expect(offered).toMatchObject([{ input: { resumed: { incident: { released_at: '' } } } }]);
  });
});

describe('a finished incident, and one that there never was,', () => {
  it('get no workflow', async () => {
    const { revival, offered, incident } = await ward();
    const bundle = { sha256: 'd'.repeat(64), size: 1, media_type: 'application/json' };
    const sealed = { type: 'sealed', bundle } as const;
    const { id } = await incident(1, HAPPENS.resolved, HAPPENS.released('released'), sealed);
    expect(await revival.revive(id)).toBe(false);
    expect(await revival.revive(incidentId(9))).toBe(false);
    expect(offered).toEqual([]);
  });
});

describe('the patrol', () => {
  it('revives each run that was ended from outside, once', async () => {
    const { patrol, offers, incident, ended } = await ward();
    const { id } = await incident(1, HAPPENS.inForce());
    ended.push([id, RUN]);
    patrol();
    await offers(1);
    // The run that followed it has been ended too; the first is still listed.
    ended.push([id, 'run-2']);
    patrol();
    await offers(2);
    patrol();
    ended.push([incidentId(9), 'run-of-a-stranger'], [(await incident(2)).id, RUN + 2]);
    patrol();
    expect((await offers(3)).map(({ input }) => input.id)).toEqual([id, id, incidentId(2)]);
  });

  it('tries again what the ledger could not tell, and goes on to the others meanwhile', async () => {
    const ledger = await freshLedger(SQLITE);
    let fails = true;
    const register = {
      incident: ledger.register.incident,
      timeline: async (id: string) => {
        if (fails && id === incidentId(1)) throw new Error('cannot be read now');
        return ledger.register.timeline(id);
      },
    };
    for (const number of [1, 2]) await ledger.log.admit(admission(number));
    const { patrol, offers, ended } = await ward({ register });
    ended.push([incidentId(1), 'run-1'], [incidentId(2), 'run-2']);
    patrol();
    expect((await offers(1)).map(({ input }) => input.id)).toEqual([incidentId(2)]);
    fails = false;
    patrol();
    expect((await offers(2)).map(({ input }) => input.id)).toEqual([incidentId(2), incidentId(1)]);
  });

  it('outlasts an engine that cannot be asked', async () => {
    let away = true;
    const ended: [string, string][] = [[incidentId(1), RUN]];
    const { ledger, patrol, offers } = await ward({
      endedFromOutside: async function* () {
        if (away) throw new Error('no engine');
        yield* ended;
      },
    });
    await ledger.log.admit(admission(1));
    patrol();
    away = false;
    patrol();
    await offers(1);
  });
});
