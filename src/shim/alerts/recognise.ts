import type { AlertFormatName, Json } from '../../domain/alert.ts';
import type { AlertFormat, Envelope } from './format.ts';

/** The format that a document is in, or all whose documents look otherwise. */
export type Recognised = { format: AlertFormat } | { tried: AlertFormatName[] };

/** Goes by the document alone: the first that recognises it. */
export function recogniseFormat(
  document: Json,
  envelope: Envelope,
  formats: readonly AlertFormat[],
): Recognised {
  const format = formats.find((candidate) => candidate.recognise(document, envelope));
  return format ? { format } : { tried: formats.map(({ name }) => name) };
}
