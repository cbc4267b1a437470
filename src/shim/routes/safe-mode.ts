import { safeModeSchema } from '../../domain/safe-mode.ts';
import { noBody, noQuery, route } from '../route.ts';

export const safeMode = route({
  method: 'get',
  path: '/api/v1/safe-mode',
  summary: 'Whether safe mode is on, since when, and which incidents hold it',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: { 200: { description: 'As it is now', schema: safeModeSchema } },
  handle: async (_call, { ledger }) => ({ body: await ledger.safeMode.standing() }),
});

export const leaveSafeMode = route({
  method: 'post',
  path: '/api/v1/safe-mode/leave',
  summary: 'Leave safe mode: agents get work again',
  access: ['operator'],
  query: noQuery,
  body: noBody,
  answers: {
    200: {
      description: 'It is off, and the gate is measured to be out of it',
      schema: safeModeSchema,
    },
    409: { description: '`safe_mode_held`: an unresolved incident holds it, and is named' },
    503: { description: '`gate_unavailable`: the gate does not obey, and safe mode stays on' },
  },
  handle: async ({ principal }, deps) => ({ body: await deps.leaveSafeMode(principal.name) }),
});
