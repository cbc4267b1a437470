import { z } from 'zod';
import { sha256Schema } from './primitives.ts';

/** The forms in which detectors say what they saw. Each has one reader, `src/shim/alerts/<format>.ts`. */
export const ALERT_FORMATS = [
  'falco',
  'falcosidekick',
  'hubble',
  'tetragon',
  'opa',
  'envoy',
  'alertmanager',
  'grafana',
  'kyverno',
  'trivy',
  'admission',
  'keylime',
  'asff',
  'ocsf',
  'extension_runtime',
  'cloudevents',
] as const;
export const alertFormatSchema = z.enum(ALERT_FORMATS);
export type AlertFormatName = (typeof ALERT_FORMATS)[number];

export type Json = z.core.util.JSONType;
export type JsonObject = { [name: string]: Json };

/**
 * `finding`: something was seen. `cleared`: what was seen is over, which opens nothing and closes nothing. `health`: the
 * detector speaks of itself.
 */
export type AlertKind = 'finding' | 'cleared' | 'health';

/** One alert, as its format's reader has taken it out of a document. */
export interface Alert {
  kind: AlertKind;
  /** What no other alert of the same detector has in common with it, however often it is sent. Never empty. */
  identity: readonly string[];
  /** True where that has neither an id nor a time in it: the same words, much later, are another alert. */
  timeless?: boolean;
  /** By the detector's clock, UTC with milliseconds; '' where it does not say. */
  occurred_at: string;
  /** As a person would call it: the rule's name, or the finding's title. */
  title: string;
  /** What the rules look at, as `alert`. */
  facts: JsonObject;
}

/** What a document held. What cannot be read of it costs the rest nothing. */
export interface SplitDocument {
  alerts: Alert[];
  /** Parts that are no alert of this format, by their place in the document. */
  refused: { index: number; reason: string }[];
  /** Where the document says one thing of itself and shows another. */
  disagreements: string[];
}

/** Which alert it was that became a report, or was seen again. */
export const alertMarkSchema = z.strictObject({
  format: alertFormatSchema,
  /** Of the rule that matched. */
  rule: z.string(),
  title: z.string(),
  /** SHA-256 over what tells it from every other alert of its detector. */
  identity: sha256Schema,
  /** SHA-256 of the bytes it came in, as they came, and its place in them. */
  delivery: sha256Schema,
  index: z.int().nonnegative(),
});
export type AlertMark = z.infer<typeof alertMarkSchema>;
