import { epochMs } from '../../domain/instant.ts';
import { connectAt, type ItemSummary } from '../systems/onepassword/connect.ts';
import { fail, pass, unknown, type Checker, type Surroundings } from './checker.ts';

/** Enough to know what to rotate. */
const MOST_NAMED = 5;

/** Every vault has as many secrets as it should, and none that is older than it may be. */
export const checkSecretInventory: Checker<'secret_inventory'> = async (check, surroundings) => {
  const { policy, at, signal, now } = surroundings;
  const system = policy.targets.systems[check.system];
  if (system?.kind !== 'onepassword') return unknown(`targets.yaml has no vaults ${check.system}`);
  const connect = connectAt(at(system), now);
  const wrong: string[] = [];
  let secrets = 0;
  for (const [vault, expected] of Object.entries(check.vaults)) {
    const items = await connect.list(vault, signal);
    if ('reason' in items) return unknown(items.detail);
    secrets += items.length;
    if (items.length !== expected.secrets) {
      wrong.push(`${vault} has ${items.length} secrets and not ${expected.secrets}`);
    }
    const due = await dueIn(vault, expected.rotated_since, surroundings);
    if (due === null) return unknown('it is not known when the incident was reported');
    const old = items.filter((item) => due.covers(item) && !isSince(item, due.since));
    if (old.length === 0) continue;
    const names = old.slice(0, MOST_NAMED).map(({ title }) => title);
    const more = old.length > MOST_NAMED ? ` and ${old.length - MOST_NAMED} more` : '';
    wrong.push(`${vault}: ${names.join(', ')}${more} not rotated since ${due.since}`);
  }
  if (wrong.length > 0) return fail(wrong.join('; '));
  const vaults = Object.keys(check.vaults).join(', ');
  return pass(`${secrets} secrets in ${vaults}, as many as there should be, none too old`);
};

interface Due {
  since: string;
  covers(item: ItemSummary): boolean;
}

/** Since an incident only what its subject can have reached must be new, where an inventory tells what that is. */
async function dueIn(
  vault: string,
  since: string | undefined,
  { about, known }: Surroundings,
): Promise<Due | null> {
  const isOfNone = since === 'incident' && about.incident_id === '';
  if (since === undefined || isOfNone) return { since: '', covers: () => false };
  if (since !== 'incident') return { since, covers: () => true };
  const reportedAt = reportedAtOf(about.incident_id);
  if (reportedAt === null) return null;
  if (known === undefined) return { since: reportedAt, covers: () => true };
  const secrets = new Set(await known.reached('secrets', 'secret'));
  return { since: reportedAt, covers: ({ title }) => secrets.has(`${vault}/${title}`) };
}

/** To the second: what is rotated in answer to an incident may be so before all of it is contained. */
function reportedAtOf(incidentId: string): string | null {
  const [, ...parts] = /^INC-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-/.exec(incidentId) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return second === undefined ? null : `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

/** What does not say when it was changed was never rotated, as far as anybody knows. */
function isSince({ updatedAt }: ItemSummary, since: string): boolean {
  return epochMs(updatedAt) >= epochMs(since);
}
