import { z } from 'zod';
import { imageDigestOf } from '../domain/image-digest.ts';
import {
  malformed,
  MAX_LISTED,
  type RangeAnswer,
  type RangeEffect,
  type RangeService,
} from './service.ts';
import type { RangeStore } from './store.ts';

const SAFE_MODE = 'safe_mode';

const subjectSchema = z.looseObject({ subject: z.looseObject({ image: z.string() }) });
const safeModeSchema = z.strictObject({
  on: z.boolean(),
  /** The incidents that hold it, as whoever turns it on counts them. */
  holders: z.array(z.string().max(256)).max(MAX_LISTED).default([]),
});

/** Lets images run, by digest. A blocked one is let in nowhere; in safe mode nothing is, and no work is taken. */
export const gate: RangeService = {
  name: 'gate',
  scope: [],
  effects: { '/api/v1/block': blocking('hold'), '/api/v1/unblock': blocking('free') },
  routes: {
    'GET /api/v1/status': (_call, store) => ({
      status: 200,
      body: { service: 'gate', ...safeMode(store), blocked: store.held(MAX_LISTED) },
    }),
    // Dry: what an admission would be answered, and nothing comes of it.
    'GET /api/v1/admission': ({ query }, store) => {
      const image = query.get('image') ?? '';
      const digest = imageDigestOf(image);
      if (digest === null) return NOT_BY_DIGEST;
      const refusal = refusalOf(digest, store);
      const blocked = store.holds(digest) ? [image] : [];
      return { status: 200, body: { image, admitted: refusal === null, refusal, blocked } };
    },
    'POST /api/v1/admit': ({ body }, store) => {
      const digest = imageDigestOf(z.string().catch('').parse(body['image']));
      if (digest === null) return NOT_BY_DIGEST;
      const refusal = refusalOf(digest, store);
      return refusal === null
        ? { status: 201, body: { image: digest, status: 'admitted' } }
        : { status: 403, body: { error: refusal } };
    },
    'POST /api/v1/work': (_call, store) =>
      safeMode(store).safe_mode
        ? { status: 423, body: { error: 'in safe mode no work is taken' } }
        : { status: 202, body: { status: 'accepted' } },
    'POST /api/v1/safe-mode': ({ body, lying }, store) => {
      const order = safeModeSchema.safeParse(body);
      if (!order.success) return malformed(order.error);
      if (!lying) store.set(SAFE_MODE, JSON.stringify(order.data));
      return { status: 200, body: { safe_mode: order.data.on, holders: order.data.holders } };
    },
  },
  acting: ['POST /api/v1/safe-mode'],
  refusal: 401,
};

const NOT_BY_DIGEST: RangeAnswer = {
  status: 400,
  body: { error: 'an image is named by its digest: a tag may be another one tomorrow' },
};

function blocking(how: 'hold' | 'free'): RangeEffect {
  return ({ body }, store) => {
    const digest = imageDigestOf(subjectSchema.safeParse(body).data?.subject.image);
    if (digest === null) return NOT_BY_DIGEST;
    store[how](digest);
    return { status: 200, body: { status: 'done' } };
  };
}

function refusalOf(digest: string, store: RangeStore): string | null {
  if (store.holds(digest)) return 'the image is blocked';
  return safeMode(store).safe_mode ? 'in safe mode nothing is let in' : null;
}

function safeMode(store: RangeStore): { safe_mode: boolean; holders: string[] } {
  const kept = store.setting(SAFE_MODE);
  if (kept === undefined) return { safe_mode: false, holders: [] };
  const { on, holders } = safeModeSchema.parse(JSON.parse(kept));
  return { safe_mode: on, holders };
}
