import { z } from 'zod';
import { createDataTree, type DataTree } from './data-tree.ts';
import type { RangeAnswer, RangeHandler, RangeService } from './service.ts';
import { identityOf } from './svid.ts';

const DATA = '/v1/data/';
/** Who has an entry here is denied. */
const DENIED = ['cordon', 'deny'];
/** The one decision that its policy takes. */
const DECISION = 'agents/allow';

const questionSchema = z.looseObject({ input: z.looseObject({ identity: z.string().min(1) }) });
const callSchema = z.looseObject({ svid: z.string() });

/**
 * Open Policy Agent's data and decisions in its own REST forms, with a policy that allows every identity but those that
 * are denied, and the work behind it, which takes an SVID. Like OPA it keeps data in memory: started again, it has
 * forgotten who was denied.
 */
export function createAuthorizer(svidKey: string, now: () => number): RangeService {
  const data = createDataTree();
  return {
    name: 'authorizer',
    scope: [],
    effects: {},
    routes: {
      'GET /health': () => ({ status: 200, body: {} }),
      // A workload calls another one, which knows it by its SVID.
      'POST /api/v1/call': ({ body }) => {
        const { svid = '' } = callSchema.safeParse(body).data ?? {};
        const identity = identityOf(svidKey, svid, now());
        if (identity === null) return { status: 401, body: { error: 'the SVID is not valid' } };
        return allows(data, identity)
          ? { status: 200, body: { status: 'served', identity } }
          : { status: 403, body: { error: `${identity} is denied` } };
      },
    },
    things: (method, path) =>
      path.startsWith(DATA) ? dataRoute(data, method, path.slice(DATA.length)) : undefined,
    open: ['GET /health'],
    refusal: 401,
  };
}

function dataRoute(data: DataTree, method: string, name: string): RangeHandler | undefined {
  const path = name.split('/').map(decodeURIComponent);
  switch (method) {
    case 'GET':
      return () => ({ status: 200, body: result(data.at(path)) });
    case 'PUT':
      return ({ body, lying }) => (lying || data.put(path, body) ? DONE : CONFLICT);
    case 'DELETE':
      return ({ lying }) => (lying || data.remove(path) ? DONE : ABSENT);
    case 'POST':
      return ({ body }) => ({ status: 200, body: decide(data, name, body) });
    default:
      return undefined;
  }
}

const DONE: RangeAnswer = { status: 204, body: {} };
const CONFLICT: RangeAnswer = { status: 404, body: { code: 'resource_conflict' } };
const ABSENT: RangeAnswer = { status: 404, body: { code: 'resource_not_found' } };

/** What is undefined has no result. */
function decide(data: DataTree, decision: string, body: unknown): RangeAnswer['body'] {
  if (decision !== DECISION) return {};
  const question = questionSchema.safeParse(body);
  return { result: question.success && allows(data, question.data.input.identity) };
}

function allows(data: DataTree, identity: string): boolean {
  const entries = data.at([...DENIED, identity]);
  return typeof entries !== 'object' || entries === null || Object.keys(entries).length === 0;
}

function result(value: unknown): RangeAnswer['body'] {
  return value === undefined ? {} : { result: value };
}
