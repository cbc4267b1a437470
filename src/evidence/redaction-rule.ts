import { z } from 'zod';
import type { RedactionFlag } from '../domain/redaction.ts';

/** What becomes of one member of a record. What no rule names is removed. */
export type Rule =
  /** Passed where the schema accepts it, which no free text may; any other value is removed. */
  { keep: z.ZodType } | Flagged | { members: Members } | { list: Rule };

/** Passed unless the flag is set; then replaced: by a pseudonym, a keyed digest, a marker, or emptied. */
export interface Flagged {
  flag: RedactionFlag;
  by: 'pseudonym' | 'digest' | 'marker' | 'emptied';
}

export type Members = Readonly<Record<string, Rule>>;

/** What stands where a text was. */
export const REMOVED = '[removed]';

export const keep = (schema: z.ZodType): Rule => ({ keep: schema });
export const keepOneOf = (words: readonly string[]): Rule => keep(z.enum(['', ...words]));
export const digest = (flag: RedactionFlag): Rule => ({ flag, by: 'digest' });
export const list = (rule: Rule): Rule => ({ list: rule });
export const members = (rules: Members): Rule => ({ members: rules });

export const COUNT = keep(z.number());
export const YES_NO = keep(z.boolean());

/** Whoever or whatever has a name: the same name has the same pseudonym throughout one bundle. */
export const NAMED: Rule = { flag: 'names', by: 'pseudonym' };

/** A list of which not even the length is to be known. */
export const NAMES: Rule = { flag: 'names', by: 'emptied' };

/** Free text: anything may stand in it, and what a person should do about it often does. */
export const TEXT: Rule = { flag: 'remediation', by: 'marker' };

/** What a reporter sends: its shape is unknown, so with the flag nothing of it stays, not even its names. */
export const EVIDENCE: Rule = { flag: 'evidence', by: 'emptied' };

/** Every name of a member that the rules have, at any depth. */
export function memberNames(rules: Members): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => [name, ...namesWithin(rule)]);
}

function namesWithin(rule: Rule): string[] {
  if ('members' in rule) return memberNames(rule.members);
  return 'list' in rule ? namesWithin(rule.list) : [];
}
