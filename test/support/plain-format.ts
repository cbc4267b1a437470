import { ALERT_FORMATS, type AlertFormatName, type Json } from '../../src/domain/alert.ts';
import type { AlertFormat } from '../../src/shim/alerts/format.ts';
import { isObject, listed, member, text } from '../../src/shim/alerts/reading.ts';

/** A format under a real one's name, whose alerts are `{"<name>": "<what it is called>"}`, alone or in a list. */
export function plainFormat(name: AlertFormatName): AlertFormat {
  const isAlert = (part: Json) => text(member(part, name)) !== '';
  return {
    name,
    title: name,
    recognise: (document) => listed(document).some(isAlert),
    split: (document) => {
      const parts = listed(document);
      return {
        alerts: parts.filter(isAlert).map((part) => ({
          kind: 'finding',
          identity: [text(member(part, name))],
          occurred_at: '',
          title: text(member(part, name)),
          facts: isObject(part) ? part : {},
        })),
        refused: parts.flatMap((part, index) =>
          isAlert(part) ? [] : [{ index, reason: `it has no ${name}` }],
        ),
        disagreements: [],
      };
    },
  };
}

/** One under every name. */
export const PLAIN_FORMATS: readonly AlertFormat[] = ALERT_FORMATS.map(plainFormat);
