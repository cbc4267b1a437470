import { randomUUID } from 'node:crypto';

/** What a service with a bug, or an owner with another mind, would do. */
export type Lie =
  | 'deletes'
  | 'deletes_with_bypass'
  | 'refuses_and_deletes'
  | 'shortens'
  | 'shortens_with_bypass'
  | 'weakens_mode'
  | 'overwrites'
  | 'alters_below'
  | 'ignores_if_none_match'
  | 'forgets_hold'
  | 'keeps_unlocked'
  | 'loses'
  | 'returns_other_bytes';

/** What a careful owner sets: no permission to delete, no lock of less than a day; and another writer, always first. */
export type Rule = 'no_deletes' | 'no_short_locks' | 'busy';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Lock {
  mode: string;
  /** Epoch milliseconds. */
  untilMs: number;
}

export interface Kept {
  key: string;
  id: string;
  /** null: a delete marker. */
  bytes: Buffer | null;
  atMs: number;
  lock: Lock | null;
  held: boolean;
}

/** An answer of S3 that is not yes, by its status and code. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`${code} (${status})`);
    this.status = status;
    this.code = code;
  }
}

export interface VersionedBucket {
  /** All versions and markers, the oldest first. */
  kept: Kept[];
  lies: Set<Lie>;
  rules: Set<Rule>;
  put(key: string, bytes: Buffer, terms: { lock: Lock | null; onlyNew: boolean }): Kept;
  find(key: string, id: string): Kept;
  /** Without a version: puts a delete marker on top. */
  remove(key: string, id: string | null, bypass: boolean): void;
  retain(key: string, id: string, lock: Lock, bypass: boolean): void;
}

/** What Object Lock promises (Amazon S3 User Guide, "How S3 Object Lock works"), but for the lies. */
export function createVersionedBucket(now: () => number): VersionedBucket {
  const kept: Kept[] = [];
  const lies = new Set<Lie>();
  const rules = new Set<Rule>();
  const latest = (key: string) => kept.findLast((one) => one.key === key);
  const find = (key: string, id: string) => {
    const found = kept.find((one) => one.key === key && one.id === id);
    if (found === undefined) throw new Refusal(404, 'NoSuchVersion');
    return found;
  };
  const drop = (one: Kept) => void kept.splice(kept.indexOf(one), 1);

  return {
    kept,
    lies,
    rules,
    find,
    put: (key, bytes, { lock, onlyNew }) => {
      const top = latest(key);
      const isShort = lock !== null && lock.untilMs < now() + DAY_MS;
      if (isShort && rules.has('no_short_locks')) throw new Refusal(403, 'AccessDenied');
      if (onlyNew && rules.has('busy')) throw new Refusal(409, 'ConditionalRequestConflict');
      const taken = top !== undefined && top.bytes !== null;
      if (taken && onlyNew && !lies.has('ignores_if_none_match')) {
        throw new Refusal(412, 'PreconditionFailed');
      }
      if (taken && !onlyNew && lies.has('overwrites')) return Object.assign(top, { bytes });
      if (taken && !onlyNew && lies.has('alters_below')) top.bytes = bytes;
      const locked = lies.has('keeps_unlocked') ? null : lock;
      const one = { key, id: randomUUID(), bytes, atMs: now(), lock: locked, held: false };
      if (!lies.has('loses')) kept.push(one);
      return one;
    },
    remove: (key, id, bypass) => {
      if (id === null) {
        kept.push({ key, id: randomUUID(), bytes: null, atMs: now(), lock: null, held: false });
        return;
      }
      const one = find(key, id);
      if (rules.has('no_deletes')) throw new Refusal(403, 'AccessDenied');
      if (lies.has('refuses_and_deletes')) drop(one);
      if (mayGo(one, bypass, lies, now())) drop(one);
      else throw new Refusal(403, 'AccessDenied');
    },
    retain: (key, id, lock, bypass) => {
      const one = find(key, id);
      if (!mayChange(one.lock, lock, bypass, lies, now())) throw new Refusal(403, 'AccessDenied');
      one.lock = lock;
    },
  };
}

function mayGo({ lock, held }: Kept, bypass: boolean, lies: Set<Lie>, now: number): boolean {
  const locked = lock !== null && lock.untilMs > now;
  if (!locked) return !held || lies.has('forgets_hold');
  return lies.has('deletes') || (bypass && lies.has('deletes_with_bypass'));
}

function mayChange(
  from: Lock | null,
  to: Lock,
  bypass: boolean,
  lies: Set<Lie>,
  now: number,
): boolean {
  if (from === null || from.untilMs <= now) return true;
  if (to.mode !== from.mode) return lies.has('weakens_mode');
  if (to.untilMs >= from.untilMs) return true;
  return lies.has('shortens') || (bypass && lies.has('shortens_with_bypass'));
}
