import type { Alert, Json } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import { instant, isObject, listed, member, text, word } from './reading.ts';

/** Falco's own word about itself: https://falco.org/docs/concepts/metrics/ */
const METRICS_RULE = 'Falco internal: metrics snapshot';

/** https://falco.org/docs/concepts/outputs/ with `json_output: true`, by http_output or as lines of a file. */
export const falco: AlertFormat = {
  name: 'falco',
  title: 'Falco',
  recognise: (document) => listed(document).some(isFalco),
  split: (document) => {
    const parts = listed(document);
    return {
      alerts: parts.filter(isFalco).map(alertOf),
      refused: parts.flatMap((part, index) =>
        isFalco(part) ? [] : [{ index, reason: 'it has no rule, priority and output' }],
      ),
      disagreements: [],
    };
  },
};

function isFalco(part: Json): boolean {
  const said = ['rule', 'priority', 'output'].map((name) => text(member(part, name)));
  return isObject(part) && said.every((words) => words !== '') && !Object.hasOwn(part, 'uuid');
}

/**
 * Falco gives no id. The same rule at the same nanosecond on the same host with the same output is the same event;
 * `output` holds what the fields do not, since a rule chooses which fields it lists.
 */
function alertOf(part: Json): Alert {
  const [rule, time, output] = ['rule', 'time', 'output'].map((name) => text(member(part, name)));
  const at = word(member(part, 'output_fields', 'evt.time'));
  return {
    kind: rule === METRICS_RULE ? 'health' : 'finding',
    identity: [rule ?? '', time ?? '', at, text(member(part, 'hostname')), output ?? ''],
    occurred_at: instant(member(part, 'time')),
    title: rule ?? '',
    facts: isObject(part) ? part : {},
  };
}
