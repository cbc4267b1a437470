import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  captureRequestSchema,
  freezeRequestSchema,
  thawRequestSchema,
} from '../domain/host-capture.ts';
import { blockRequestSchema, blockStateRequestSchema } from '../domain/host-blocking.ts';
import { containRequestSchema, containStateRequestSchema } from '../domain/host-containment.ts';
import type { HostSubject } from '../domain/host-subject.ts';
import { type Answer, ok } from './answer.ts';
import { createBlocking } from './block/block-source.ts';
import { readBody } from './body.ts';
import { createCaptures } from './capture/capture-answer.ts';
import { createContainment } from './contain/contain-subject.ts';
import { openRecords } from './contain/records.ts';
import { openEngine } from './docker/engine.ts';
import { readBootClock } from './freeze/boot-clock.ts';
import { freezeSubject, lookAtSubject, thawSubject } from './freeze/freeze-subject.ts';
import { createFreezer, type Freezer } from './freeze/freezer.ts';
import { openLeaseFiles } from './freeze/lease-files.ts';
import type { HostScope } from './host-scope.ts';

/** The longest path of a cgroup (PATH_MAX), sixteen recipients, and sixty-four networks. */
const MOST_BODY_BYTES = 8 * 1024;

type Route = (request: IncomingMessage) => Promise<Answer>;

export interface HostOptions {
  /** Below which cgroups of version 2 subjects may be. */
  cgroups: readonly string[];
  /** Where the container runtime listens; '' where there is none. */
  runtimeSocket: string;
  /** What the agent must undo is remembered below it. */
  stateDirectory: string;
  /** Whether sources of traffic are blocked on this host; not where it is not given. */
  isEdge?: boolean;
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
  const freezer = freezerOf(scope, stateDirectory);
  const blocking = createBlocking(options.isEdge === true);
  const containment = createContainment(scope, openRecords(stateDirectory));
  return {
    '/api/v1/freeze': post(freezeRequestSchema, ({ subject, lease }) =>
      freezer.freeze(subject, lease),
    ),
    '/api/v1/thaw': post(thawRequestSchema, ({ subject, holder }) => freezer.thaw(subject, holder)),
    '/api/v1/contain': post(containRequestSchema, containment.contain),
    '/api/v1/contain/state': post(containStateRequestSchema, containment.state),
    '/api/v1/block': post(blockRequestSchema, (order, { socket }) =>
      blocking.block(order, socket.remoteAddress),
    ),
    '/api/v1/block/state': post(blockStateRequestSchema, blocking.state),
    '/api/v1/capture': answering(captureRequestSchema, capture),
  };
}

function freezerOf(scope: HostScope, stateDirectory: string): Freezer {
  const holding = {
    freeze: (subject: HostSubject) => freezeSubject(subject, scope),
    thaw: (subject: HostSubject) => thawSubject(subject, scope),
    look: (subject: HostSubject) => lookAtSubject(subject, scope),
  };
  return createFreezer(holding, openLeaseFiles(join(stateDirectory, 'leases')), readBootClock());
}

function post<T>(
  schema: z.ZodType<T>,
  act: (body: T, request: IncomingMessage) => Promise<object>,
): Record<string, Route> {
  return answering(schema, async (body, request) => ok(await act(body, request)));
}

function answering<T>(
  schema: z.ZodType<T>,
  answer: (body: T, request: IncomingMessage) => Promise<Answer>,
): Record<string, Route> {
  return {
    POST: async (request) => {
      const read = await readBody(request, schema, MOST_BODY_BYTES);
      return 'refusal' in read ? read.refusal : answer(read.body, request);
    },
  };
}
