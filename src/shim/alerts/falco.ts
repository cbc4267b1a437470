import type { Json } from '../../domain/alert.ts';
import { falcoAlert, isFalcoEvent, isForwarded } from './falco-event.ts';
import type { AlertFormat } from './format.ts';
import { listed, readEach } from './reading.ts';

/**
 * https://falco.org/docs/concepts/outputs/ with `json_output: true`, by http_output or as lines of a file: events of
 * system calls and of all plugins (`source`), whose own fields are in `output_fields`.
 */
export const falco: AlertFormat = {
  name: 'falco',
  title: 'Falco',
  recognise: (document) => listed(document).some(isFromFalco),
  split: (document) => ({
    ...readEach(listed(document), (part) =>
      isFalcoEvent(part)
        ? falcoAlert(part)
        : 'it has no rule and priority with output or its fields',
    ),
    disagreements: [],
  }),
};

function isFromFalco(part: Json): boolean {
  return isFalcoEvent(part) && !isForwarded(part);
}
