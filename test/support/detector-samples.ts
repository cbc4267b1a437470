import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Json } from '../../src/domain/alert.ts';
import { parseStrictJson } from '../../src/evidence/strict-json.ts';

/** A document that a detector sends, as the door reads it. */
export function detectorSample(name: string): Json {
  return parseStrictJson(detectorSampleText(name), { lossless: true }) as Json;
}

/** The same as it comes. */
export function detectorSampleText(name: string): string {
  const url = new URL(`../../policy/detectors/samples/${name}`, import.meta.url);
  return readFileSync(fileURLToPath(url), 'utf8');
}

/** A copy with the members at a path replaced; a member given as undefined is left out. */
export function withMember(document: Json, path: string, value: Json | undefined): Json {
  const copy = structuredClone(document);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce((at, name) => Object(at)[name] as Json, copy) as Record<string, Json>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
