import { z } from 'zod';
import type { RegisteredEntry } from '../../domain/spire-entry.ts';
import { listEntries } from '../systems/spire/spire-server.ts';
import { below } from '../targets/endpoint.ts';
import { fail, pass, unknown, type Checker, type Surroundings } from './checker.ts';
import { readYaml } from './read-yaml.ts';

/** Enough to know what to look at. */
const MOST_NAMED = 5;

const sorted = z.array(z.string()).transform((all) => all.toSorted());
const ttl = z.int().nonnegative().default(0);

/** An entry as people write it; what is left out is as SPIRE gives it where nothing is said. */
const entrySchema = z.strictObject({
  spiffe_id: z.string().startsWith('spiffe://'),
  parent_id: z.string().startsWith('spiffe://'),
  selectors: sorted,
  dns_names: sorted.default([]),
  federates_with: sorted.default([]),
  admin: z.boolean().default(false),
  downstream: z.boolean().default(false),
  store_svid: z.boolean().default(false),
  x509_svid_ttl: ttl,
  jwt_svid_ttl: ttl,
  expires_at: ttl,
  hint: z.string().default(''),
}) satisfies z.ZodType<RegisteredEntry>;
const expectedSchema = z.strictObject({ entries: z.array(entrySchema).min(1) });

/** What is registered is what is kept under version control. What an incident has revoked may be gone. */
export const checkSpireEntries: Checker<'spire_entries'> = async (check, surroundings) => {
  const { home, policy, signal } = surroundings;
  const system = policy.targets.systems[check.system];
  if (system?.kind !== 'spire') return unknown(`targets.yaml has no SPIRE server ${check.system}`);
  const expected = await readYaml(below(home, check.expected_file), expectedSchema);
  const listed = await listEntries(system, home, signal);
  if ('reason' in listed) return unknown(listed.detail);
  const running = new Map(listed.entries.map((entry) => [keyOf(entry), entry]));
  const revoked = await revokedFor(surroundings);
  const differences = expected.entries.flatMap((entry) => {
    const found = running.get(keyOf(entry));
    running.delete(keyOf(entry));
    if (found === undefined) {
      return revoked.has(entry.spiffe_id) ? [] : `${entry.spiffe_id} is not registered`;
    }
    return textOf(found) === textOf(entry) ? [] : `${entry.spiffe_id} is registered otherwise`;
  });
  const strangers = [...running.values()].map(({ spiffe_id }) => `${spiffe_id} was never approved`);
  const all = [...differences, ...strangers];
  if (all.length === 0)
    return pass(`${expected.entries.length} entries are those that were approved`);
  const more = all.length > MOST_NAMED ? `, and ${all.length - MOST_NAMED} more` : '';
  return fail(`${all.slice(0, MOST_NAMED).join(', ')}${more}`);
};

/** The identities that the incident may still hold: they are registered again when it lets go of them. */
async function revokedFor({ about, known }: Surroundings): Promise<Set<string>> {
  if (known !== undefined) return new Set(await known.reached('identities', 'identity'));
  const { identity } = about.subject;
  return new Set(identity === undefined ? [] : [identity]);
}

function keyOf({ spiffe_id, parent_id, selectors }: RegisteredEntry): string {
  return JSON.stringify([spiffe_id, parent_id, selectors]);
}

/** In an order of its own. */
function textOf(entry: RegisteredEntry): string {
  return JSON.stringify(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
