import { readFileSync } from 'node:fs';
import type { Alert, Json } from '../../src/domain/alert.ts';
import { documentsOf } from '../../src/shim/alerts/documents.ts';
import type { AlertFormat } from '../../src/shim/alerts/format.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  txt: 'text/plain',
};

/** The documents of `policy/detectors/samples/<file>`, read as the door reads them. */
export function sampleDocuments(file: string): Json[] {
  const text = readFileSync(new URL(`../../policy/detectors/samples/${file}`, import.meta.url));
  const type = CONTENT_TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? '';
  return documentsOf(text.toString(), type).documents;
}

/** The only document of a file. */
export function sampleDocument(file: string): Json {
  const [document, ...more] = sampleDocuments(file);
  if (document === undefined || more.length > 0) throw new Error(`${file} is not one document`);
  return document;
}

export function alertsIn(format: AlertFormat, document: Json): Alert[] {
  return format.split(document, { headers: {} }).alerts;
}

/** The only alert of a document. */
export function alertIn(format: AlertFormat, document: Json): Alert {
  const [alert, ...more] = alertsIn(format, document);
  if (alert === undefined || more.length > 0) throw new Error('it is not one alert');
  return alert;
}
