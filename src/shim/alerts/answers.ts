import type { AlertFormatName } from '../../domain/alert.ts';

/** What a sender is answered, so that what it does then loses nothing and repeats nothing in vain. */
export interface Answers {
  /** Beyond its rate. 503 for those who repeat that and not 429. */
  beyondRate: 429 | 503;
  /** None of its parts is an alert. 200, with what was refused, for those who would repeat it for ever. */
  nothingReadable: 200 | 422;
}

/**
 * Of each sender, as its own sources have it; docs/detectors.md, "Answers", says what each does. All that is accepted is
 * 200, also where parts of it are refused; while the ledger is away all are answered 503.
 */
const ANSWERS: Readonly<Record<AlertFormatName, Answers>> = {
  falco: { beyondRate: 429, nothingReadable: 422 },
  falcosidekick: { beyondRate: 429, nothingReadable: 422 },
  hubble: { beyondRate: 429, nothingReadable: 422 },
  tetragon: { beyondRate: 429, nothingReadable: 422 },
  // plugins/logs: a chunk that was not answered 2xx goes back into the buffer, and holds up the others of its round.
  opa: { beyondRate: 429, nothingReadable: 200 },
  envoy: { beyondRate: 429, nothingReadable: 422 },
  // notify.Retrier: 5xx is repeated at once, anything else not before the group's next interval.
  alertmanager: { beyondRate: 503, nothingReadable: 422 },
  grafana: { beyondRate: 503, nothingReadable: 422 },
  kyverno: { beyondRate: 429, nothingReadable: 422 },
  trivy: { beyondRate: 429, nothingReadable: 422 },
  admission: { beyondRate: 429, nothingReadable: 422 },
  keylime: { beyondRate: 429, nothingReadable: 422 },
  asff: { beyondRate: 429, nothingReadable: 422 },
  ocsf: { beyondRate: 429, nothingReadable: 422 },
  extension_runtime: { beyondRate: 429, nothingReadable: 422 },
  cloudevents: { beyondRate: 429, nothingReadable: 422 },
};

/** Whoever repeats 429 repeats 503 too. */
const ANY_SENDER: Answers = { beyondRate: 503, nothingReadable: 422 };

/** By the format, or null where that is not known yet. */
export function answersFor(format: AlertFormatName | null): Answers {
  return format === null ? ANY_SENDER : ANSWERS[format];
}
