import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { falcoAlert, fieldsCut, isFalcoEvent, isForwarded } from './falco-event.ts';
import type { AlertFormat } from './format.ts';
import { aboutItself, listed, readEach, text } from './reading.ts';

/** `GET /test` of Falcosidekick sends an event of this rule and with this output. */
const TEST_RULE = 'Test rule';
const TEST_OUTPUT = 'This is a test from falcosidekick';

/**
 * The `FalcoPayload` of https://github.com/falcosecurity/falcosidekick as its webhook output sends it: Falco's event
 * with `uuid`, and with custom and templated fields among `output_fields`. Where it cut fields, `alert.cut` names them.
 */
export const falcosidekick: AlertFormat = {
  name: 'falcosidekick',
  title: 'Falcosidekick',
  recognise: (document) => listed(document).some((part) => isFalcoEvent(part) && isForwarded(part)),
  split: (document) => ({
    ...readEach(listed(document), (part) =>
      isFalcoEvent(part)
        ? forwardedAlert(part)
        : 'it has no rule and priority with output or its fields',
    ),
    disagreements: listed(document).flatMap(cutsIn),
  }),
};

function forwardedAlert(event: JsonObject): Alert {
  const alert = falcoAlert(event);
  const facts = { ...alert.facts, ...asFalcoSays(event), cut: fieldsCut(event) };
  return isTest(event)
    ? { ...alert, kind: 'health', facts: { ...facts, health: aboutItself('test', null) } }
    : { ...alert, facts };
}

/** What Falcosidekick and what sends through it write otherwise than Falco does, so that one rule can be about both. */
function asFalcoSays(event: JsonObject): JsonObject {
  const { source, tags } = event;
  return {
    source: source === 'syscalls' ? 'syscall' : (source ?? ''),
    tags: typeof tags === 'string' ? tagsIn(tags) : (tags ?? []),
  };
}

function tagsIn(written: string): string[] {
  return written
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

function isTest(event: JsonObject): boolean {
  return event['rule'] === TEST_RULE && text(event['output']) === TEST_OUTPUT;
}

function cutsIn(part: Json): string[] {
  const cut = isFalcoEvent(part) ? fieldsCut(part) : [];
  return cut.length === 0
    ? []
    : [`Falcosidekick cut ${cut.join(', ')}: the rest is not in this document`];
}
