import { z } from 'zod';
import { recordedEventSchema } from '../domain/events.ts';
import { incidentBundleSchema } from '../domain/incident-bundle.ts';
import { incidentRecordSchema } from '../domain/incident-record.ts';
import { occurringIn, soughtBy } from './occurrences.ts';
import { REMOVED } from './redaction-rule.ts';

/** A shorter text is part of many words by chance: it is looked for as a whole value only. */
const LEAST_WITHIN_A_TEXT = 3;

/**
 * A shorter text, or number, turns up in digests and base64 by chance, of which there can be megabytes: it is looked
 * for among the texts that were read from them. At this length not even thousands of numbers do.
 */
const LEAST_WITHIN_BYTES = 12;

/**
 * True where a text that was taken out is still to be found: as a value or a name, within one, or anywhere in the
 * bytes, encoded parts as well. What also stands by right, or is a word of the format itself, is no leak.
 */
export function leaks(
  bytes: Uint8Array,
  { taken, standing }: { taken: ReadonlySet<string>; standing: ReadonlySet<string> },
): boolean {
  const { covered, payload, text } = readParts(bytes);
  const rightful = new Set([...standing, ...WORDS, REMOVED]);
  const sought = new Set([...taken].filter((raw) => raw !== '' && !rightful.has(raw)));
  const suspects = new Set([...textsIn(JSON.parse(covered))].filter((t) => !rightful.has(t)));
  return (
    isAmong(sought, suspects) || isWithinBytes(sought, [...rightful], [covered, payload, text])
  );
}

/** As a whole text, or within one. */
function isAmong(sought: ReadonlySet<string>, suspects: ReadonlySet<string>): boolean {
  const within = soughtBy(LEAST_WITHIN_A_TEXT, [...sought]);
  return [...suspects].some((text) => sought.has(text) || !occurringIn(text, within).next().done);
}

/** Anywhere in the bytes, but for what is a part of a text that stands there by right. */
function isWithinBytes(
  sought: ReadonlySet<string>,
  rightful: readonly string[],
  parts: readonly string[],
): boolean {
  const within = soughtBy(LEAST_WITHIN_BYTES, [...sought].map(inJson));
  const excused = new Set(occurringIn(rightful.join('\n'), within));
  return parts.some((part) => {
    for (const found of occurringIn(part, within)) if (!excused.has(found)) return true;
    return false;
  });
}

/** The file as text, and what it holds in base64. */
function readParts(bytes: Uint8Array): { text: string; covered: string; payload: string } {
  const text = new TextDecoder().decode(bytes);
  const bundle = incidentBundleSchema.pick({ covered: true, statement: true }).loose();
  const { covered, statement } = bundle.parse(JSON.parse(text));
  const decoded = (base64: string) => Buffer.from(base64, 'base64').toString();
  return { text, covered: decoded(covered), payload: decoded(statement.payload) };
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (!Array.isArray(value)) yield name;
    yield* textsIn(item);
  }
}

function inJson(raw: string): string {
  return JSON.stringify(raw).slice(1, -1);
}

/** The names of members and the fixed values of everything that a bundle is made of. */
const WORDS: ReadonlySet<string> = new Set(
  [incidentBundleSchema, incidentRecordSchema, recordedEventSchema].flatMap((schema) => [
    ...wordsIn(z.toJSONSchema(schema, { io: 'input' })),
  ]),
);

function* wordsIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [name, item] of Object.entries(schema)) {
    if (name === 'properties') yield* Object.keys(item as object);
    if (name === 'enum') yield* textsIn(item);
    if (name === 'const' && typeof item === 'string') yield item;
    yield* wordsIn(item);
  }
}
