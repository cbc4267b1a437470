import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  startObservationTeller,
  type TellerDeps,
} from '../../../src/adapters/engine/observation-teller.ts';
import { engineUnavailable } from '../../../src/adapters/engine/unavailable.ts';
import type { Occurrence } from '../../../src/domain/escalation.ts';
import type { IncidentEvent } from '../../../src/domain/events.ts';
import type { ObserveSignal } from '../../../src/domain/messages.ts';
import { admission, AT_MS, incidentId, recorded } from '../../support/admissions.ts';
import { eventually } from '../../support/eventually.ts';
import { COURSE, furtherFreeze, HAPPENS } from '../../support/incidents.ts';
import { freshLedger, SQLITE } from '../../support/ledgers.ts';

const raises = { ...COURSE, severity: 'critical' } as const;
const subject = { host: 'host-2' };
const widens = { subject, actions: [furtherFreeze(subject)] };
const counted = (...times: number[]) => ({ counted: { threshold: 3, window_ms: 1_000, times } });

const { observed } = HAPPENS;
const MARK = {
  ...({ format: 'falco', rule: 'shell', title: 'a shell', index: 0 } as const),
  delivery: 'e'.repeat(64),
};

/** A ledger with two incidents, an engine that can be away, and as many tellers as are started. */
async function site() {
  const ledger = await freshLedger(SQLITE);
  for (const number of [1, 2]) await ledger.log.admit(admission(number));
  await ledger.outbox.started([1, 2].map(incidentId));
  const state = { away: false, without: new Set<string>(), pauses: [] as number[] };
  const counts: [string, readonly Occurrence[]][] = [];
  const signals: [string, ObserveSignal][] = [];
  const missed: [incidentId: string, alert: string][] = [];
  const answer = () => {
    if (state.away) throw engineUnavailable(undefined);
  };
  const say = () => undefined;

  return {
    ledger,
    state,
    counts,
    signals,
    missed,
    happen: (number: number, key: string, event: IncidentEvent) =>
      ledger.log.append(incidentId(number), [recorded(key, event)]),
    start: (changed: Partial<TellerDeps> = {}) => {
      const teller = startObservationTeller({
        ledger,
        count: async (...given) => {
          answer();
          counts.push(given);
        },
        observe: async (id, seen) => {
          answer();
          if (state.without.has(id)) return 'no_workflow';
          signals.push([id, seen]);
          return 'told';
        },
        missed: async (...given) => void missed.push(given),
        ...{ now: () => AT_MS, owner: 'one', log: { info: say, warn: say } },
        sleep: async (ms) => {
          state.pauses.push(ms);
          await delay(2);
        },
        ...changed,
      });
      onTestFinished(() => teller.stop());
      return teller;
    },
    /** Waits until all that the ledger has was told. */
    allTold: async (teller: ReturnType<typeof startObservationTeller>) => {
      const head = await ledger.register.head();
      await eventually(teller.status, ({ reached }) => reached === head?.seq);
    },
  };
}

describe('an observation', () => {
  it('that counts is told to the counter of its class, each time under a key of its own', async () => {
    const { happen, start, allTold, counts, signals } = await site();
    await happen(1, 'alert/1', observed(counted(5, 6)));
    await allTold(start());
    const about = { incident_id: incidentId(1), threshold: 3, window_ms: 1_000 };
    expect(counts).toEqual([
      [
        'prompt_injection',
        [
          { ...about, key: `${incidentId(1)}/alert/1/0`, at_ms: 5 },
          { ...about, key: `${incidentId(1)}/alert/1/1`, at_ms: 6 },
        ],
      ],
    ]);
    expect(signals).toEqual([]);
  });

  it('that raises or widens its incident is told to its workflow', async () => {
    const { happen, start, allTold, counts, signals } = await site();
    await happen(1, 'alert/1', observed({ raises }));
    await happen(1, 'alert/2', observed({ widens }));
    await happen(1, 'alert/3', observed({}));
    await allTold(start());
    expect(signals).toEqual([
      [incidentId(1), { key: 'alert/1', raises }],
      [incidentId(1), { key: 'alert/2', widens }],
    ]);
    expect(counts).toEqual([]);
  });

  it('that brought a subject which its incident never took in is not over with it', async () => {
    const { happen, start, allTold, missed, signals } = await site();
    const alert = (identity: string) => ({ ...MARK, identity: identity.repeat(64) });
    await happen(1, 'alert/1', observed({ alert: alert('a'), widens }));
    await happen(1, 'taken', HAPPENS.widened(subject));
    const late = { ...widens, subject: { host: 'host-9' } };
    await happen(1, 'alert/2', observed({ alert: alert('b'), widens: late }));
    await happen(1, 'over', HAPPENS.resolved);
    await allTold(start());
    expect(signals).toEqual([]);
    expect(missed).toEqual([[incidentId(1), 'b'.repeat(64)]]);
  });

  it('is told with all the others that are there, in one signal for each class', async () => {
    const { happen, start, allTold, counts } = await site();
    for (let i = 0; i < 40; i += 1) await happen(1 + (i % 2), `alert/${i}`, observed(counted(i)));
    await allTold(start());
    expect(counts).toHaveLength(1);
    expect(counts[0]?.[1]).toHaveLength(40);
  });

  it('of what is over counts all the same, and changes nothing', async () => {
    const { happen, start, allTold, counts, signals, state } = await site();
    await happen(1, 'alert/1', observed({ ...counted(5), raises }));
    await happen(1, 'resolved', HAPPENS.resolved);
    state.without.add(incidentId(1));
    await allTold(start());
    expect(counts).toHaveLength(1);
    expect(signals).toEqual([]);
  });
});

describe('what cannot be told now', () => {
  it('is told once the engine is there again', async () => {
    const { happen, start, allTold, signals, state } = await site();
    state.away = true;
    await happen(1, 'alert/1', observed({ raises }));
    const teller = start();
    const failing = await eventually(teller.status, ({ failing_since }) => failing_since !== '');
    expect(failing.last_error).toMatch(/^engine_unavailable/);
    expect(signals).toEqual([]);
    await eventually(
      () => state.pauses,
      (pauses) => pauses.length > 6,
    );
    // However long it lasts, nobody waits for long after it.
    expect(Math.max(...state.pauses)).toBe(5_000);
    state.away = false;
    await allTold(teller);
    expect(signals).toEqual([[incidentId(1), { key: 'alert/1', raises }]]);
    expect(teller.status()).toMatchObject({ failing_since: '', last_error: '' });
  });

  it('is told once its incident has a workflow, and keeps no other waiting', async () => {
    const { happen, start, allTold, counts, signals, state } = await site();
    state.without.add(incidentId(1));
    await happen(1, 'alert/1', observed({ ...counted(5), raises }));
    await happen(2, 'alert/1', observed({ widens }));
    const teller = start();
    const failing = await eventually(teller.status, ({ failing_since }) => failing_since !== '');
    expect(failing.last_error).toContain(incidentId(1));
    expect(counts.length).toBeGreaterThan(0);
    expect(signals[0]).toEqual([incidentId(2), { key: 'alert/1', widens }]);
    state.without.clear();
    await allTold(teller);
    expect(signals).toContainEqual([incidentId(1), { key: 'alert/1', raises }]);
  });

  it('is not counted before its incident has a workflow, which a counter could not tell', async () => {
    const { ledger, happen, start, allTold, counts } = await site();
    await ledger.log.admit(admission(3));
    await happen(3, 'alert/1', observed(counted(5)));
    await happen(2, 'alert/1', observed(counted(6)));
    const teller = start();
    const failing = await eventually(teller.status, ({ failing_since }) => failing_since !== '');
    expect(failing.last_error).toBe(`not_started: ${incidentId(3)} has no workflow yet`);
    const told = () => counts.flatMap(([, all]) => all.map(({ incident_id }) => incident_id));
    expect(new Set(told())).toEqual(new Set([incidentId(2)]));
    await ledger.outbox.started([incidentId(3)]);
    await allTold(teller);
    expect(told()).toContain(incidentId(3));
  });

  it('because the engine will never take it, keeps nothing that follows from being told', async () => {
    const { happen, start, allTold, signals } = await site();
    await happen(1, 'alert/1', observed(counted(5)));
    await happen(2, 'alert/1', observed({ raises }));
    const tooLarge = Object.assign(new Error('too large'), { code: 3, details: '', metadata: {} });
    const count = async () => {
      throw tooLarge;
    };
    await allTold(start({ count }));
    expect(signals).toHaveLength(1);
  });
});

describe('a server that tells', () => {
  /** Of the server that tells: when each of its leases runs out. */
  async function atWork() {
    const { ledger, happen, start, counts, allTold } = await site();
    await happen(1, 'alert/1', observed(counted(5)));
    const leases: number[] = [];
    const take: typeof ledger.followers.take = (...given) => {
      leases.push(given[3]);
      return ledger.followers.take(...given);
    };
    const answer = Promise.withResolvers<void>();
    const told = vi.fn<TellerDeps['count']>(() => answer.promise);
    const now = vi.fn<() => number>(() => AT_MS);
    const followers = { ...ledger.followers, take };
    start({ ledger: { ...ledger, followers }, count: told, now });
    // Before it is stopped, which waits for it.
    onTestFinished(() => answer.resolve());
    await eventually(
      () => told.mock.calls.length,
      (calls) => calls === 1,
    );
    return { start, counts, allTold, leases, now };
  }

  it('and dies over it is followed by another within seconds', async () => {
    const { start, counts, allTold, leases } = await atWork();
    const [until = Infinity] = leases;
    expect(until - AT_MS).toBeLessThanOrEqual(15_000);
    await allTold(start({ owner: 'two', now: () => until }));
    expect(counts).toHaveLength(1);
  });

  it('for longer than its lease keeps it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { leases, now } = await atWork();
    now.mockReturnValue(AT_MS + 12_000);
    vi.advanceTimersByTime(3_000);
    await eventually(
      () => leases,
      (all) => all.length === 2,
    );
    expect(leases[1]).toBe((leases[0] ?? 0) + 12_000);
  });
});

describe('the telling', () => {
  it('goes on where another server has left off', async () => {
    const { happen, start, allTold, signals } = await site();
    await happen(1, 'alert/1', observed({ raises }));
    const first = start();
    await allTold(first);
    await first.stop();
    await happen(1, 'alert/2', observed({ widens }));
    await allTold(start({ owner: 'two' }));
    expect(signals.map(([, { key }]) => key)).toEqual(['alert/1', 'alert/2']);
  });

  it('is one server’s at a time', async () => {
    const { happen, start, allTold, signals } = await site();
    const first = start();
    await allTold(first);
    const second = start({ owner: 'two' });
    await happen(1, 'alert/1', observed({ raises }));
    await allTold(first);
    expect(second.status()).toMatchObject({ reached: 0, failing_since: '' });
    expect(signals).toHaveLength(1);
  });
});
