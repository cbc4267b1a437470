import { z } from 'zod';
import { type Checklist, checklistSchema } from '../domain/checklist.ts';
import { type Incident, incidentRecordSchema } from '../domain/incident-record.ts';
import type { Decision } from '../domain/playbook-progress.ts';
import type { TaskResult } from '../domain/result-field.ts';
import { type Client, textOf } from './client.ts';

/** A dismissal waits for the first attempts of a containment, and evidence for the store. */
const ORDER_PATIENCE_MS = 150_000;

const waitingSchema = z.strictObject({ status: z.literal('waiting for a second person') });
const orSecondSchema = z.union([incidentRecordSchema, waitingSchema]);

export interface TaskDone {
  result: TaskResult;
  evidence: ({ media_type: string; base64: string } | { sha256: string })[];
  note: string;
}

/** What the command asks of a server about what a playbook leaves to people. A repeat with the same key is one order. */
export interface TasksApi {
  list(id: string): Promise<Checklist>;
  complete(id: string, task: string, done: TaskDone, key: string): Promise<Checklist>;
  assign(id: string, task: string, to: string, key: string): Promise<Checklist>;
  decide(id: string, step: string, body: Decided, key: string): Promise<Checklist>;
  /** Null while it takes a second person. */
  dismiss(id: string, body: Dismissed, key: string): Promise<Incident | null>;
  /** Markdown. */
  reviewDraft(id: string): Promise<string>;
  signReview(id: string, body: { text: string; note: string }, key: string): Promise<Incident>;
}

export interface Decided {
  verdict: Decision['verdict'];
  note: string;
}
export interface Dismissed {
  reason: string;
  tune: string;
  note: string;
}

export function createTasksApi(client: Client): TasksApi {
  const pathOf = (id: string, ...rest: string[]) =>
    `/api/v1/incidents/${[id, ...rest].map(encodeURIComponent).join('/')}`;
  const order = <T>(id: string, rest: string[], body: object, key: string, schema: z.ZodType<T>) =>
    client.json(
      {
        ...{ method: 'POST', path: pathOf(id, ...rest), body, about: id },
        headers: { 'idempotency-key': key },
        patienceMs: ORDER_PATIENCE_MS,
      },
      schema,
    );
  return {
    list: (id) =>
      client.json({ method: 'GET', path: pathOf(id, 'tasks'), about: id }, checklistSchema),
    complete: (id, task, done, key) => order(id, ['tasks', task], done, key, checklistSchema),
    assign: (id, task, to, key) =>
      order(id, ['tasks', task, 'assign'], { to }, key, checklistSchema),
    decide: (id, step, body, key) => order(id, ['decisions', step], body, key, checklistSchema),
    dismiss: async (id, body, key) => {
      const answer = await order(id, ['dismiss'], body, key, orSecondSchema);
      return 'status' in answer ? null : answer;
    },
    reviewDraft: async (id) => {
      const request = { method: 'GET', path: pathOf(id, 'review'), about: id } as const;
      return textOf(await client.send(request), client.url);
    },
    signReview: (id, body, key) => order(id, ['review'], body, key, incidentRecordSchema),
  };
}
