import type { IncomingMessage } from 'node:http';
import {
  captureRequestSchema,
  subjectRequestSchema,
  type FreezeAnswer,
} from '../domain/host-capture.ts';
import type { HostSubject } from '../domain/host-subject.ts';
import { type Answer, ok } from './answer.ts';
import { readBody } from './body.ts';
import { type CaptureDeps, createCaptures } from './capture/capture-answer.ts';
import { freezeSubject, thawSubject } from './freeze/freeze-subject.ts';

/** The longest path of a cgroup (PATH_MAX), and sixteen recipients. */
const MOST_BODY_BYTES = 8 * 1024;

type Route = (request: IncomingMessage) => Promise<Answer>;

/** What freezes and captures, by method. */
export function hostRoutesOf(deps: CaptureDeps): Readonly<Record<string, Record<string, Route>>> {
  const capture = createCaptures(deps);
  return {
    '/api/v1/freeze': { POST: (request) => acted(deps, request, freezeSubject) },
    '/api/v1/thaw': { POST: (request) => acted(deps, request, thawSubject) },
    '/api/v1/capture': {
      POST: async (request) => {
        const read = await readBody(request, captureRequestSchema, MOST_BODY_BYTES);
        return 'refusal' in read ? read.refusal : capture(read.body);
      },
    },
  };
}

async function acted(
  { cgroups }: CaptureDeps,
  request: IncomingMessage,
  act: (subject: HostSubject, allowed: readonly string[]) => Promise<FreezeAnswer>,
): Promise<Answer> {
  const read = await readBody(request, subjectRequestSchema, MOST_BODY_BYTES);
  return 'refusal' in read ? read.refusal : ok(await act(read.body.subject, cgroups));
}
