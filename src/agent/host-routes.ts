import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { captureRequestSchema, subjectRequestSchema } from '../domain/host-capture.ts';
import { containRequestSchema, containStateRequestSchema } from '../domain/host-containment.ts';
import { type Answer, ok } from './answer.ts';
import { readBody } from './body.ts';
import { createCaptures } from './capture/capture-answer.ts';
import { createContainment } from './contain/contain-subject.ts';
import { openRecords } from './contain/records.ts';
import { openEngine } from './docker/engine.ts';
import { freezeSubject, thawSubject } from './freeze/freeze-subject.ts';

/** The longest path of a cgroup (PATH_MAX), sixteen recipients, and sixty-four networks. */
const MOST_BODY_BYTES = 8 * 1024;

type Route = (request: IncomingMessage) => Promise<Answer>;

export interface HostOptions {
  /** Below which cgroups of version 2 subjects may be. */
  cgroups: readonly string[];
  /** Where the container runtime listens; '' where there is none. */
  runtimeSocket: string;
  /** What containments began with is kept below it. */
  stateDirectory: string;
  /** Runs `captureInChild`; ours where it is not given. */
  captureProgram?: string;
}

/** A host of which nothing may be touched. */
export const NOTHING_ALLOWED: HostOptions = { cgroups: [], runtimeSocket: '', stateDirectory: '' };

/** What freezes, captures and contains, by method. */
export function hostRoutesOf(
  options: HostOptions,
): Readonly<Record<string, Record<string, Route>>> {
  const { cgroups, runtimeSocket, stateDirectory } = options;
  const scope = { cgroups, engine: runtimeSocket === '' ? null : openEngine(runtimeSocket) };
  const capture = createCaptures({ ...options, ...scope });
  const containment = createContainment(scope, openRecords(stateDirectory));
  return {
    '/api/v1/freeze': post(subjectRequestSchema, ({ subject }) => freezeSubject(subject, scope)),
    '/api/v1/thaw': post(subjectRequestSchema, ({ subject }) => thawSubject(subject, scope)),
    '/api/v1/contain': post(containRequestSchema, containment.contain),
    '/api/v1/contain/state': post(containStateRequestSchema, containment.state),
    '/api/v1/capture': answering(captureRequestSchema, capture),
  };
}

function post<T>(schema: z.ZodType<T>, act: (body: T) => Promise<object>): Record<string, Route> {
  return answering(schema, async (body) => ok(await act(body)));
}

function answering<T>(
  schema: z.ZodType<T>,
  answer: (body: T) => Promise<Answer>,
): Record<string, Route> {
  return {
    POST: async (request) => {
      const read = await readBody(request, schema, MOST_BODY_BYTES);
      return 'refusal' in read ? read.refusal : answer(read.body);
    },
  };
}
