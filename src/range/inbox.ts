import { z } from 'zod';
import { malformed, type RangeEffect } from './service.ts';
import type { RangeStore } from './store.ts';

/** The newest: an agent reads them as they come. */
const MOST_NOTICES = 50;

const noticeSchema = z.strictObject({ incident_id: z.string(), reason: z.string() });
type Notice = z.infer<typeof noticeSchema>;

const orderSchema = z.looseObject({
  ...noticeSchema.shape,
  subject: z.looseObject({ agent: z.string().min(1) }),
});

/** Tells the agent that the subject names that what it has consumed may be poisoned; once for each incident. */
export const notify: RangeEffect = ({ body }, store) => {
  const order = orderSchema.safeParse(body);
  if (!order.success) return malformed(order.error);
  const { incident_id, reason, subject } = order.data;
  const others = noticesOf(store, subject.agent).filter((it) => it.incident_id !== incident_id);
  const all = [...others, { incident_id, reason }].slice(-MOST_NOTICES);
  store.set(keyOf(subject.agent), JSON.stringify(all));
  return { status: 200, body: { status: 'done' } };
};

/** What an agent finds when it looks, and about which incidents. */
export function noticesFor(
  store: RangeStore,
  agent: string,
): { agent: string; incidents: string[]; notices: Notice[] } {
  const notices = noticesOf(store, agent);
  return { agent, incidents: notices.map(({ incident_id }) => incident_id), notices };
}

function noticesOf(store: RangeStore, agent: string): Notice[] {
  const kept = store.setting(keyOf(agent));
  return kept === undefined ? [] : z.array(noticeSchema).parse(JSON.parse(kept));
}

function keyOf(agent: string): string {
  return `inbox/${agent}`;
}
