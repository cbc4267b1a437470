import type {
  Attestations,
  ConsumedChallenge,
  IssuedChallenge,
} from '../../domain/attestations.ts';
import type { Write, Writing } from './group-commit.ts';

type Db = Pick<Writing, 'db'>;
type Limit = Parameters<Attestations['issue']>[1];

/** What hosts were asked. Of two that answer one question at once, one is the second. */
export function createChallenges(
  write: Write,
): Pick<Attestations, 'issue' | 'consume' | 'expectEcho'> {
  return {
    issue: (challenge, limit) => write((writing) => issue(writing, challenge, limit)),
    consume: (nonce, nowMs) => write((writing) => consume(writing, nonce, nowMs)),
    expectEcho: (nonce, untilMs) =>
      write(async ({ db }) => {
        const asked = db.updateTable('challenges').where('nonce', '=', nonce);
        await asked.set({ echo_until_ms: untilMs }).execute();
      }),
  };
}

async function issue({ db }: Db, challenge: IssuedChallenge, limit: Limit): Promise<boolean> {
  if ((await issuedSince({ db }, challenge, limit.since_ms)) >= limit.most) return false;
  await db
    .insertInto('challenges')
    .values({
      ...challenge,
      consumed_ms: 0,
      echo_until_ms: 0,
      concluded_ms: 0,
      accepted: 0,
      reason: '',
      evidence: '',
    })
    .execute();
  return true;
}

async function issuedSince(
  { db }: Db,
  { incident_id, purpose }: IssuedChallenge,
  sinceMs: number,
): Promise<number> {
  const asked = await db
    .selectFrom('challenges')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('incident_id', '=', incident_id)
    .where('purpose', '=', purpose)
    .where('issued_ms', '>=', sinceMs)
    .executeTakeFirstOrThrow();
  return asked.count;
}

async function consume(
  { db }: Db,
  nonce: string,
  nowMs: number,
): Promise<ConsumedChallenge | null> {
  const row = await db
    .selectFrom('challenges')
    .select(['nonce', 'purpose', 'incident_id', 'host', 'salt', 'binding', 'policy_digest'])
    .select(['issued_ms', 'expires_ms', 'consumed_ms'])
    .where('nonce', '=', nonce)
    .executeTakeFirst();
  if (!row) return null;
  const { consumed_ms, ...challenge } = row;
  const consumed = consumed_ms !== 0;
  if (!consumed) {
    const used = db.updateTable('challenges').where('nonce', '=', nonce);
    await used.set({ consumed_ms: nowMs }).execute();
  }
  return { challenge, expired: nowMs >= challenge.expires_ms, consumed };
}
