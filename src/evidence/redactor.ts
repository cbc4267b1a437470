import { sha256Schema } from '../domain/primitives.ts';
import { FINGERPRINTS, type Fingerprint, type Redaction } from '../domain/redaction.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { type Flagged, type Members, REMOVED, type Rule } from './redaction-rule.ts';

/** Redacts record by record, and remembers what it has taken out and what it has let stand. */
export interface Redactor {
  redact(rules: Members, record: object): { record: Record<string, unknown>; removed: string[] };
  /** Every text that was taken out or replaced, and every number of a report. */
  readonly taken: ReadonlySet<string>;
  /** Every text and number that a rule has let stand by its schema, and every replacement. */
  readonly standing: ReadonlySet<string>;
}

/** What a redactor works with, and the pointers of the record that it is at. */
interface Work {
  redaction: Redaction;
  pseudonyms: Pseudonyms;
  taken: Set<string>;
  standing: Set<string>;
  removed: string[];
}

export function createRedactor(redaction: Redaction, pseudonyms: Pseudonyms): Redactor {
  const taken = new Set<string>();
  const standing = new Set<string>();
  return {
    taken,
    standing,
    redact: (rules, record) => {
      const work = { redaction, pseudonyms, taken, standing, removed: [] };
      return { record: byMembers(work, rules, record, ''), removed: work.removed };
    },
  };
}

/** A member that is undefined afterwards goes; its name is said only where a rule names it. */
function byMembers(work: Work, rules: Members, record: object, path: string) {
  const redacted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const stays =
      rule === undefined
        ? void drop(work, { [name]: value }, `${path}/*`)
        : byRule(work, rule, value, `${path}/${name}`);
    if (stays !== undefined) redacted[name] = stays;
  }
  return redacted;
}

function byRule(work: Work, rule: Rule, value: unknown, path: string): unknown {
  if (value === null || value === '') return value;
  if ('flag' in rule) return byFlag(work, rule, value, path);
  if ('keep' in rule && rule.keep.safeParse(value).success) return stand(work, value);
  if ('list' in rule && Array.isArray(value)) {
    return value.map((item, i) => byRule(work, rule.list, item, `${path}/${i}`));
  }
  if ('members' in rule && isRecord(value)) return byMembers(work, rule.members, value, path);
  return drop(work, value, path);
}

function byFlag(work: Work, { flag, by }: Flagged, value: unknown, path: string): unknown {
  if (!work.redaction[flag]) return by === 'emptied' ? scrub(work, value, path) : value;
  if (by === 'emptied') return emptied(work, value, path);
  const fits = by === 'digest' ? sha256Schema.safeParse(value).success : by === 'pseudonym';
  if (!fits || typeof value !== 'string') return drop(work, value, path);
  const { digest, name } = work.pseudonyms;
  const replacement = by === 'digest' ? digest(value) : name(value);
  if (replacement !== value) take(work, value);
  return stand(work, replacement);
}

function emptied(work: Work, value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return drop(work, value, path);
  if (Object.keys(value).length > 0) drop(work, value, path);
  return Array.isArray(value) ? [] : {};
}

/** What a reporter sent stays, but for the fingerprints in it whose flags are set. */
function scrub(work: Work, value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => scrub(work, item, path));
  if (!isRecord(value)) return value;
  const scrubbed = Object.entries(value).map(([name, item]) =>
    isFingerprint(name) && work.redaction[name]
      ? [name, drop(work, item, `${path}/*`) ?? REMOVED]
      : [name, scrub(work, item, path)],
  );
  return Object.fromEntries(scrubbed);
}

/** The marker in the place of a text; nothing in the place of anything else. */
function drop(work: Work, value: unknown, path: string): string | undefined {
  if (value === REMOVED) return REMOVED;
  take(work, value);
  if (work.removed.at(-1) !== path) work.removed.push(path);
  return typeof value === 'string' ? REMOVED : undefined;
}

function stand(work: Work, value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number') work.standing.add(String(value));
  return value;
}

/** Names of members as well: a reporter chooses them. */
function take(work: Work, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'number') work.taken.add(String(value));
  if (Array.isArray(value)) value.forEach((item) => take(work, item));
  else if (isRecord(value))
    Object.entries(value)
      .flatMap((pair) => pair)
      .forEach((item) => take(work, item));
}

function isFingerprint(name: string): name is Fingerprint {
  return FINGERPRINTS.some((fingerprint) => fingerprint === name);
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
