import type { AlertMark } from '../../src/domain/alert.ts';
import type { AlertAdmission, CausedAlert, DeliveryRecord } from '../../src/domain/alert-log.ts';
import type { Widening } from '../../src/domain/events.ts';
import type { Admission } from '../../src/domain/admission.ts';
import type { Subject } from '../../src/domain/report.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { admission, AT_MS, freeze } from './admissions.ts';

export interface AlertWishes {
  /** Which alert of the detector; the same number is the same alert. */
  identity?: number;
  atMs?: number;
  class?: string;
  severity?: Severity;
  latched?: boolean;
  subject?: Subject;
  /** Joins alerts about other subjects. */
  fanIn?: boolean;
  counted?: CausedAlert['counted'];
  windowMs?: number;
  timeless?: boolean;
}

export const MINUTE = 60_000;

/** One call of a detector; its bytes tell only which call it was. */
export function delivery(number = 1, receivedMs = AT_MS): DeliveryRecord {
  const bytes = new TextEncoder().encode(`delivery ${number}`);
  return {
    ...{ sha256: sha256Hex(bytes), bytes, headers: { 'content-type': 'application/json' } },
    ...{ source: 'falco', reported_by: 'falco', format: 'falco', received_ms: receivedMs },
  };
}

/** An alert about host-3, high, whose incident would have the number of its identity. */
export function alertAdmission(wishes: AlertWishes = {}): AlertAdmission {
  const { identity = 1, atMs = AT_MS } = wishes;
  const { timeless = false } = wishes;
  return { mark: markOf(identity), occurred_ms: atMs, timeless, becomes: causedAlert(wishes) };
}

export function setAside(
  identity: number,
  set_aside: 'unmatched' | 'cleared' | 'health' | 'refused' = 'unmatched',
): AlertAdmission {
  const mark = { ...markOf(identity), rule: '' };
  return { mark, occurred_ms: AT_MS, timeless: false, becomes: { set_aside, reason: '' } };
}

export function causedAlert(wishes: AlertWishes = {}): CausedAlert {
  const { identity = 1, subject = { host: 'host-3' }, fanIn = false } = wishes;
  const { windowMs = 10 * MINUTE, counted = null, atMs = AT_MS } = wishes;
  const ofClass = wishes.class ?? 'prompt_injection';
  const opens = admission(identity, {
    ...{ class: ofClass, subject, at: new Date(atMs).toISOString(), reporter: 'falco' },
    ...{ severity: wishes.severity ?? 'high', latched: wishes.latched ?? false },
    holds: [freeze(subject.host ?? '')],
  });
  return {
    cause: {
      narrow: sha256Hex(JSON.stringify([ofClass, subject])),
      wide: fanIn ? sha256Hex(ofClass) : '',
    },
    ...{ class: ofClass, subject, plan: opens.input.plan },
    says: () => saidIn(opens),
    ...{ window_ms: windowMs, opens: () => markedBy(opens, markOf(identity)), counted },
    widening: (): Widening => ({ subject, actions: [freeze(subject.host ?? '')] }),
  };
}

function saidIn({ reported: { event } }: Admission): ReturnType<CausedAlert['says']> {
  if (event.type !== 'reported') throw new TypeError('An incident begins with a report');
  return { description: event.description, evidence: event.evidence };
}

function markedBy(opens: Admission, alert: AlertMark): Admission {
  const { reported } = opens;
  if (reported.event.type !== 'reported') throw new TypeError('An incident begins with a report');
  return { ...opens, reported: { ...reported, event: { ...reported.event, alert } } };
}

function markOf(identity: number) {
  return {
    ...({ format: 'falco', rule: 'shell', title: 'Terminal shell in container' } as const),
    ...{ identity: sha256Hex(`alert ${identity}`), delivery: delivery().sha256, index: identity },
  };
}
