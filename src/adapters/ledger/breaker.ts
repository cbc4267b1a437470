import {
  type BeyondLimit,
  type BreakerCount,
  type BreakerStep,
  LONGEST_WINDOW_MS,
  type Trip,
} from '../../domain/breaker.ts';
import { instantOf } from '../../domain/instant.ts';
import type { Breaker } from '../../domain/ledger.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';

/** Decisions are taken while nobody else writes, so that of two servers at the limit one is beyond it. */
export function createBreaker(write: Write, reader: Backend['reader']): Breaker {
  return {
    count: (steps) => write((writing) => count(writing, steps)),
    standing: async () => {
      const [tripped, counted] = await Promise.all([
        reader.selectFrom('breaker_trips').selectAll().orderBy('action').execute(),
        reader
          .selectFrom('breaker_steps')
          .select(({ fn }) => [
            'action',
            fn.count<number | string>('resource').distinct().as('subjects'),
            fn.max('at_ms').as('last_ms'),
          ])
          .groupBy('action')
          .orderBy('action')
          .execute(),
      ]);
      return {
        tripped,
        counted: counted.map(({ action, subjects, last_ms }) => ({
          ...{ action, subjects: Number(subjects), last_at: instantOf(last_ms) },
        })),
      };
    },
    reset: (action, by, at) => write((writing) => reset(writing, action, by, at)),
  };
}

async function count(
  writing: Writing,
  { incident_id, at_ms, steps }: BreakerCount,
): Promise<BeyondLimit[]> {
  const beyond: BeyondLimit[] = [];
  for (const step of steps) {
    const reason = await countOne(writing, incident_id, at_ms, step);
    if (reason !== '') beyond.push({ resource: step.resource, reason });
  }
  return beyond;
}

/** Why the step is beyond the limit; '' where it is within, and then it is counted. */
async function countOne(
  writing: Writing,
  incident_id: string,
  at_ms: number,
  step: BreakerStep,
): Promise<string> {
  const { db } = writing;
  const { action, resource, most, window_ms } = step;
  const steps = db.selectFrom('breaker_steps').select('resource');
  const own = steps.where('incident_id', '=', incident_id).where('resource', '=', resource);
  if (await own.executeTakeFirst()) return '';
  const trips = db.selectFrom('breaker_trips').select('reason').where('action', '=', action);
  const tripped = await trips.executeTakeFirst();
  if (tripped) return tripped.reason;
  const within = steps.where('action', '=', action).where('at_ms', '>', at_ms - window_ms);
  const others = within.distinct().where('resource', '!=', resource);
  const found = most === 0 ? [] : await others.limit(most).execute();
  if (found.length < most) {
    await add(writing, { incident_id, resource, action, at_ms });
    return '';
  }
  const reason =
    most === 0
      ? `${action}: how many agents there are is not known, and its limit is a share of them`
      : `${action} on ${most} subjects within ${window_ms / 1_000} s is as much as is done without a person`;
  await trip(writing, { action, tripped_at: instantOf(at_ms), incident_id, reason });
  return reason;
}

/** What is older than any window goes as new rows come. */
async function add(
  { db }: Writing,
  row: { incident_id: string; resource: string; action: string; at_ms: number },
): Promise<void> {
  await db.insertInto('breaker_steps').values(row).execute();
  const old = db.deleteFrom('breaker_steps').where('action', '=', row.action);
  await old.where('at_ms', '<=', row.at_ms - LONGEST_WINDOW_MS).execute();
}

async function trip({ db, chain }: Writing, row: Trip): Promise<void> {
  await db.insertInto('breaker_trips').values(row).execute();
  const { action, tripped_at: at, incident_id, reason } = row;
  await chain.append({
    ...{ incident_id: '', key: `breaker_tripped/${action}/${incident_id}/${at}`, at },
    ...{ actor: 'cordon', type: 'breaker_tripped', body: { action, incident_id, reason } },
  });
}

async function reset(
  { db, chain }: Writing,
  action: string,
  by: string,
  at: string,
): Promise<number> {
  const all = db.selectFrom('breaker_trips').selectAll().orderBy('action');
  const tripped = await (action === '' ? all : all.where('action', '=', action)).execute();
  for (const row of tripped) {
    await chain.append({
      ...{ incident_id: '', key: `breaker_reset/${row.action}/${row.tripped_at}`, at, actor: by },
      ...{ type: 'breaker_reset', body: { action: row.action, tripped_at: row.tripped_at } },
    });
  }
  const trips = db.deleteFrom('breaker_trips');
  await (action === '' ? trips : trips.where('action', '=', action)).execute();
  const steps = db.deleteFrom('breaker_steps');
  await (action === '' ? steps : steps.where('action', '=', action)).execute();
  return tripped.length;
}
