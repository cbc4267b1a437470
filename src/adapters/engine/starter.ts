import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { engineUnavailable, isEngineUnavailable } from './unavailable.ts';
import type { Pending } from '../../domain/ledger.ts';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/messages.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { SEVERITIES, severityRank } from '../../domain/severity.ts';

const { KEYWORD, BOOL } = SearchAttributeType;
const KEYS = {
  class: defineSearchAttributeKey(SEARCH_ATTRIBUTES.class, KEYWORD),
  severity: defineSearchAttributeKey(SEARCH_ATTRIBUTES.severity, KEYWORD),
  state: defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, KEYWORD),
  source: defineSearchAttributeKey(SEARCH_ATTRIBUTES.source, KEYWORD),
  host: defineSearchAttributeKey(SEARCH_ATTRIBUTES.host, KEYWORD),
  latched: defineSearchAttributeKey(SEARCH_ATTRIBUTES.latched, BOOL),
};

/** The engine keeps 400 bytes of a summary and 20 kB of details; JSON escapes may double a text. */
const SUMMARY_CHARS = 150;
const DETAILS_CHARS = 4_000;

/** A start that takes longer is tried again; the engine refuses a second one by its id. */
const START_DEADLINE_MS = 5_000;

/**
 * Starts the workflow of an incident, once: its id is the incident's. With `eager` the first task runs in this
 * process, which needs a worker on the same native connection.
 */
export function createStarter(client: Client, options: { eager: boolean }) {
  return async ({ input, severity }: Pending): Promise<void> => {
    try {
      await client.withDeadline(Date.now() + START_DEADLINE_MS, () =>
        client.workflow.start(INCIDENT_WORKFLOW, {
          workflowId: input.id,
          taskQueue: TASK_QUEUE,
          args: [input],
          // A run that was terminated may be followed by another; one that came to its end never.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowIdConflictPolicy: 'FAIL',
          requestEagerStart: options.eager,
          priority: { priorityKey: SEVERITIES.length - severityRank(severity) },
          staticSummary: `${severity} ${input.class} from ${input.source}`.slice(0, SUMMARY_CHARS),
          staticDetails: detailsOf(input),
          typedSearchAttributes: attributesOf({ input, severity }),
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw isEngineUnavailable(error) ? engineUnavailable(error) : error;
    }
  };
}

function attributesOf({ input, severity }: Pending) {
  const { host } = input.subject;
  return [
    { key: KEYS.class, value: input.class },
    { key: KEYS.severity, value: severity },
    { key: KEYS.state, value: 'open' },
    { key: KEYS.source, value: input.source },
    { key: KEYS.latched, value: input.plan.latched },
    ...(host === undefined ? [] : [{ key: KEYS.host, value: host }]),
  ];
}

function detailsOf({ description, plan, reported_by }: Pending['input']): string {
  const actions = plan.actions.map((a) => `- ${a.action} on ${a.target}`).join('\n');
  return `${description}\n\nReported by ${reported_by}\n\n${actions}`.slice(0, DETAILS_CHARS);
}
