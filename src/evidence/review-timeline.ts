import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { plainText } from './markdown.ts';

/** They tell of the handling of evidence, which has its own verification, and not of the incident. */
const LEFT_OUT = new Set(['custody', 'timestamped', 'sealed']);

/** What of an entry says what it was about, in this order. */
const TOLD = [
  ...['action', 'step', 'task', 'stage', 'status', 'verdict', 'severity', 'to', 'other', 'host'],
  ...['accepted', 'reason', 'detail', 'note'],
] as const;

/** The entries of an incident as lines of Markdown, oldest first. */
export function timelineOf(entries: readonly LedgerEntry[]): string[] {
  return entries
    .filter(({ type }) => !LEFT_OUT.has(type))
    .map(({ at, type, actor, body }) => {
      const about = toldIn(body).map(plainText).join(', ');
      const words = type.replaceAll('_', ' ');
      return `${at} **${plainText(words)}** by ${plainText(actor)}${about === '' ? '' : `: ${about}`}`;
    });
}

function toldIn(body: LedgerEntry['body']): string[] {
  const members = new Map<string, unknown>(Object.entries(body));
  const result = members.get('result');
  // What was measured of an action stands one level below.
  const inner = typeof result === 'object' && result !== null ? Object.entries(result) : [];
  const all = new Map<string, unknown>([...inner, ...members]);
  return TOLD.flatMap((name) => {
    const value = all.get(name);
    if (typeof value === 'boolean') return value ? [name] : [`not ${name}`];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}
