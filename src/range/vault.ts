import { createHash, timingSafeEqual } from 'node:crypto';
import type { RangeService } from './service.ts';

const WHOLE = '';

/** Keeps secrets. Locked, it hands none out, and only a person's passphrase unlocks it. */
export function createVault(passphrase: string): RangeService {
  return {
    name: 'vault',
    scope: [],
    effects: { '/api/v1/vault/relock': 'hold' },
    routes: {
      'GET /api/v1/vault/status': (_call, store) => ({
        status: 200,
        body: { service: 'vault', locked: store.holds(WHOLE) },
      }),
      'GET /api/v1/vault/secret': (_call, store) =>
        store.holds(WHOLE)
          ? { status: 423, body: { error: 'the vault is locked' } }
          : { status: 200, body: { secret: 'practice' } },
      'POST /api/v1/vault/unlock': ({ body }, store) => {
        if (!same(body['passphrase'], passphrase)) {
          return { status: 403, body: { error: 'wrong passphrase' } };
        }
        store.free(WHOLE);
        return { status: 200, body: { status: 'unlocked' } };
      },
    },
    refusal: 401,
  };
}

function same(given: unknown, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(expected));
}
