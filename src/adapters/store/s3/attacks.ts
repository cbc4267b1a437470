import {
  DeleteObjectCommand,
  type ObjectLockRetentionMode,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { Outcome } from '../trial.ts';
import type { Bucket } from './bucket.ts';
import { answerOf, unavailable } from './faults.ts';
import { lockDate } from './lock.ts';
import type { Version } from './versions.ts';

export interface Victim {
  bucket: Bucket;
  version: Version;
  /** The end of its lock, in epoch milliseconds. */
  untilMs: number;
  now: () => number;
}

type Attack = (victim: Victim) => Promise<Outcome>;

/** What is tried against a version while it is locked. */
export const ATTACKS: ReadonlyMap<string, Attack> = new Map<string, Attack>([
  ['write_again', writeAgain],
  ['overwrite', overwrite],
  ['delete', (victim) => destroy(victim, false)],
  ['delete_with_bypass', (victim) => destroy(victim, true)],
  ['shorten', (victim) => shorten(victim, false)],
  ['shorten_with_bypass', (victim) => shorten(victim, true)],
  ['weaken_mode', (victim) => retain(victim, 'GOVERNANCE', victim.untilMs, true)],
]);

/** Forbidden; not for this object; conflict; the condition does not hold. */
const REFUSALS = [403, 405, 409, 412];

const OTHER = Buffer.from('other');

/** As evidence is written: only where nothing is. */
function writeAgain(victim: Victim): Promise<Outcome> {
  const input = { ...keyOf(victim), Body: OTHER, IfNoneMatch: '*' };
  return outcomeOf(() => victim.bucket.client.send(new PutObjectCommand(input)));
}

/** A bucket that keeps versions takes it, and nothing happens to the one that is there. */
async function overwrite(victim: Victim): Promise<Outcome> {
  let written: string | undefined;
  const outcome = await outcomeOf(async () => {
    const put = new PutObjectCommand({ ...keyOf(victim), Body: OTHER });
    written = (await victim.bucket.client.send(put)).VersionId;
  });
  if (written === undefined || written === victim.version.VersionId) return outcome;
  return { outcome: 'refused', detail: 'kept beside it, as another version' };
}

/** With `bypass`: as if it were locked under GOVERNANCE, and we were allowed to bypass that. */
export function destroy({ bucket, version }: Victim, bypass: boolean): Promise<Outcome> {
  const input = { Bucket: bucket.bucket, ...version, BypassGovernanceRetention: bypass };
  return outcomeOf(() => bucket.client.send(new DeleteObjectCommand(input)));
}

function shorten(victim: Victim, bypass: boolean): Promise<Outcome> {
  const halfway = (victim.untilMs + victim.now()) / 2;
  return retain(victim, 'COMPLIANCE', halfway, bypass);
}

function retain(
  { bucket, version }: Victim,
  Mode: ObjectLockRetentionMode,
  untilMs: number,
  bypass: boolean,
): Promise<Outcome> {
  const input = {
    ...{ Bucket: bucket.bucket, ...version, BypassGovernanceRetention: bypass },
    Retention: { Mode, RetainUntilDate: lockDate(untilMs) },
  };
  return outcomeOf(() => bucket.client.send(new PutObjectRetentionCommand(input)));
}

function keyOf({ bucket, version }: Victim) {
  return { Bucket: bucket.bucket, Key: version.Key };
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return { outcome: 'done', detail: 'the bucket did it' };
  } catch (error) {
    const answer = answerOf(error);
    if (answer === null) throw unavailable(error);
    const refused = REFUSALS.includes(answer.status);
    return { outcome: refused ? 'refused' : 'inconclusive', detail: answer.words };
  }
}
