import { z } from 'zod';
import {
  artifactsIn,
  isGenuine,
  keepArtifact,
  publicKeyOf,
  writingSchema,
  type Writing,
} from './artifacts.ts';
import { noticesFor, notify } from './inbox.ts';
import {
  malformed,
  heldThing,
  MAX_LISTED,
  type RangeAnswer,
  type RangeService,
} from './service.ts';
import type { RangeStore } from './store.ts';

const SCOPE = ['state'] as const;
const CONSUMERS = 'consumers/';
const NAMESPACES = 'namespaces';

/** Of a signature that nobody has made. */
const FORGED = Buffer.alloc(64).toString('base64');

/** Keeps what agents share. A namespace in quarantine is neither read nor written, and nothing in it is deleted. */
export const state: RangeService = {
  name: 'state',
  scope: SCOPE,
  effects: {
    '/api/v1/quarantine': 'hold',
    '/api/v1/unquarantine': 'free',
    '/api/v1/notify': notify,
  },
  routes: {
    // Asked about one namespace, it lists that one or nothing, and says whether a reader is served; else the first of all.
    'GET /api/v1/status': ({ query }, store) => {
      const asked = query.get('state');
      const held = store.held(MAX_LISTED).map(decodeURIComponent);
      if (asked === null) return { status: 200, body: { service: 'state', quarantined: held } };
      const served = read(store, asked).status === 200;
      const quarantined = isHeld(store, asked) ? [asked] : [];
      return { status: 200, body: { service: 'state', quarantined, served } };
    },
    'POST /api/v1/artifacts': ({ body }, store) => write(store, body),
    'GET /api/v1/artifacts': ({ query }, store) => {
      const asked = query.get('state') ?? '';
      const answer = read(store, asked);
      const reader = query.get('reader');
      if (answer.status === 200 && reader !== null) remember(store, CONSUMERS + asked, reader);
      return answer;
    },
    'GET /api/v1/consumers': ({ query }, store) => ({
      status: 200,
      body: { consumers: listed(store, CONSUMERS + (query.get('state') ?? '')) },
    }),
    'GET /api/v1/inbox': ({ query }, store) => ({
      status: 200,
      body: noticesFor(store, query.get('agent') ?? ''),
    }),
    'GET /api/v1/integrity': ({ query }, store) => scan(store, query.get('state')),
    // Somebody who has no SVID of the writer's puts something into its namespace.
    'POST /range/forge': ({ body }, store) => write(store, body, FORGED),
  },
  refusal: 401,
};

function read(store: RangeStore, namespace: string): RangeAnswer {
  if (isHeld(store, namespace)) return inQuarantine(namespace);
  const artifacts = artifactsIn(store, namespace);
  const writers = [...new Set(artifacts.map(({ writer }) => writer))];
  const keys = Object.fromEntries(writers.map((writer) => [writer, publicKeyOf(store, writer)]));
  return { status: 200, body: { state: namespace, artifacts, keys } };
}

function write(store: RangeStore, body: unknown, signature?: string): RangeAnswer {
  const writing = writingSchema.safeParse(body);
  if (!writing.success) return malformed(writing.error);
  const { state: namespace } = writing.data;
  if (signature === undefined && isHeld(store, namespace)) return inQuarantine(namespace);
  return kept(store, writing.data, signature);
}

function kept(store: RangeStore, writing: Writing, signature?: string): RangeAnswer {
  if (!keepArtifact(store, writing, signature)) {
    return { status: 507, body: { error: `${writing.state} is full` } };
  }
  remember(store, NAMESPACES, writing.state);
  return { status: 201, body: { status: 'kept' } };
}

/** Of one namespace or of all, in quarantine or not: it reads signatures, and passes nothing on. */
function scan(store: RangeStore, namespace: string | null): RangeAnswer {
  const scanned = (namespace === null ? listed(store, NAMESPACES) : [namespace]).flatMap((each) =>
    artifactsIn(store, each).map((artifact) => ({
      artifact: `${each}/${artifact.id}`,
      genuine: isGenuine(store, each, artifact),
    })),
  );
  const invalid = scanned.filter(({ genuine }) => !genuine).map(({ artifact }) => artifact);
  return { status: 200, body: { artifacts: scanned.length, invalid } };
}

function isHeld(store: RangeStore, namespace: string): boolean {
  return store.holds(heldThing(SCOPE, () => namespace)) || store.holds(heldThing(SCOPE, () => '*'));
}

function inQuarantine(namespace: string): RangeAnswer {
  return { status: 423, body: { error: `${namespace} is in quarantine` } };
}

function listed(store: RangeStore, setting: string): string[] {
  const text = store.setting(setting);
  return text === undefined ? [] : z.array(z.string()).parse(JSON.parse(text));
}

function remember(store: RangeStore, setting: string, member: string): void {
  store.set(setting, JSON.stringify([...new Set([...listed(store, setting), member])].toSorted()));
}
