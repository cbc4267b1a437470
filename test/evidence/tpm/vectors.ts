import { readFileSync } from 'node:fs';
import type { RecordedCertificates } from './record-certificates.ts';
import type { RecordedNames } from './record-names.ts';

/** What `verifyQuote` takes; bytes in base64. */
export interface QuoteDocument {
  challenge: { nonce: string; host_id: string; expired: boolean; consumed: boolean };
  enrolment: {
    host_id: string;
    ak_public: string;
    ak_name: string;
    ak_qualified_name: string | null;
    firmware_version: string | null;
  };
  policy: {
    pcr_selection: Selection;
    golden_pcrs: Values;
    require_clock_safe: boolean;
    require_reset_count_above?: number;
    require_event_log?: boolean;
  };
  last_accepted: LastAccepted | null;
  evidence: {
    quote: string;
    signature: string;
    pcr_values: Values;
    ak_public: string;
    event_log?: string;
  };
}

export type Selection = { bank: string; pcrs: number[] }[];
export type Values = Record<string, Record<string, string>>;

export interface LastAccepted {
  clock: string;
  reset_count: number;
  restart_count: number;
  safe: boolean;
}

export interface Vector {
  name: string;
  about: string;
  /** `reason` is `ok` where the verdict is `accept`. */
  expect: { verdict: 'accept' | 'reject'; reason: string };
  input: QuoteDocument;
}

export const THEMES = [
  'accepted',
  'clocks',
  'forged',
  'selections',
  'keys',
  'replays',
  'event-logs',
] as const;

type Recorded = Record<(typeof THEMES)[number], { vectors: Vector[] }> & {
  names: { names: RecordedNames[] };
  'ek-certificates': RecordedCertificates & { provenance: { recorded_at: string } };
};

/** Every recorded vector by its name. */
export const VECTORS: ReadonlyMap<string, Vector> = new Map(
  THEMES.flatMap((theme) => recorded(theme).vectors).map((vector) => [vector.name, vector]),
);

/** A copy of a vector's input, free to be changed. */
export function documentOf(name: string): QuoteDocument {
  const vector = VECTORS.get(name);
  if (vector === undefined) throw new RangeError(`no vector is named ${name}`);
  return structuredClone(vector.input);
}

/** The four whose every bit is tried; one of each scheme. */
export const OF_EACH_SCHEME = [
  'ECDSA on P-256 over SHA-256',
  'ECDSA on P-384 over SHA-384',
  'RSASSA of 2048 bits over SHA-256',
  'RSAPSS of 2048 bits over SHA-256',
] as const;

/** What `record-vectors.ts` wrote under that name. */
export function recorded<Theme extends keyof Recorded>(theme: Theme): Recorded[Theme] {
  return JSON.parse(readFileSync(new URL(`vectors/${theme}.json`, import.meta.url), 'utf8'));
}
