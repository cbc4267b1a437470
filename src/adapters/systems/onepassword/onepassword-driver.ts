import type { System, SystemOf } from '../../../domain/systems.ts';
import type { Place } from '../../targets/endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../../targets/endpoint-pool.ts';
import type { Problem } from '../../targets/problem.ts';
import type { Reading, SystemCall, SystemDriver } from '../system-driver.ts';
import { connectAt, type Connect } from './connect.ts';
import { issuerAt, type Issuer } from './issuer.ts';
import { changesFor, readRotations, type RotatedItem } from './rotated-item.ts';

export interface OnePasswordDeps {
  /** CORDON_HOME: what relative sockets and token files are below. */
  home: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** One secret, by the names that the vault and the issuer know it by, and the rotation that it is in. */
interface Rotation {
  connect: Connect;
  issuer: Issuer;
  vault: string;
  title: string;
  credential: string;
  key: string;
}

/**
 * `rotate_secret`: the old one revoked, a new one issued and stored in the vault, the old one proved refused and the new
 * one accepted. Between revoking and storing the vault holds what is refused, which is what every reading then says. No
 * value leaves the two services and this process.
 */
export function createOnePasswordDriver({
  home,
  now,
}: OnePasswordDeps): SystemDriver<'onepassword'> {
  const pool = createEndpointPool(home);
  return {
    act: async (call, wanted, signal) => {
      const rotation = rotationOf(call, pool, now);
      if ('reason' in rotation) return rotation;
      return wanted === 'apply' ? rotate(rotation, signal) : NOT_GIVEN_BACK;
    },
    read: async (call, wanted, signal) => {
      const rotation = rotationOf(call, pool, now);
      if ('reason' in rotation) return rotation;
      return wanted === 'apply' ? measure(rotation, signal) : NOT_GIVEN_BACK;
    },
    close: () => pool.close(),
  };
}

const NOT_GIVEN_BACK: Problem = {
  reason: 'refused',
  detail: 'a secret that was rotated is not given back',
  retryable: false,
};

async function rotate(rotation: Rotation, signal: AbortSignal): Promise<Problem | null> {
  const { connect, issuer, vault, title, credential, key } = rotation;
  const item = await connect.item(vault, title, signal);
  if ('reason' in item) return item;
  const before = readRotations(item);
  if ('reason' in before) return before;
  if (before.keys.includes(key)) {
    const presented = await issuer.present(before.credential.value, signal);
    if ('reason' in presented) return presented;
    if (presented.accepted) return null;
  }
  const refused = await issuer.revoke(credential, key, signal);
  if (refused !== null) return refused;
  const issued = await issuer.issue(credential, key, signal);
  if ('reason' in issued) return issued;
  return connect.patch(item, changesFor(before, issued.secret, key), signal);
}

/** What the vault holds, and what becomes of whoever comes with it. */
async function measure(rotation: Rotation, signal: AbortSignal): Promise<Reading | Problem> {
  const { connect, issuer, vault, title, key } = rotation;
  const item = await connect.item(vault, title, signal);
  if ('reason' in item) return item;
  const found = readRotations(item);
  if ('reason' in found) return found;
  const isRotated = found.keys.includes(key);
  const current = await issuer.present(found.credential.value, signal);
  if ('reason' in current) return current;
  const old = isRotated ? await presentOld(issuer, found, signal) : current;
  if ('reason' in old) return old;
  const facts: [string, boolean][] = [
    ['the vault holds a new secret', isRotated],
    ['the new one is accepted', isRotated && current.accepted],
    ['the old one is refused', !old.accepted],
  ];
  const those = (wanted: boolean) => facts.filter(([, is]) => is === wanted).map(([fact]) => fact);
  return { met: those(true), unmet: those(false) };
}

async function presentOld(
  issuer: Issuer,
  { replaced }: RotatedItem,
  signal: AbortSignal,
): Promise<{ accepted: boolean } | Problem> {
  if (replaced !== undefined) return issuer.present(replaced.value, signal);
  const detail = 'the vault no longer has what was replaced, so that it cannot be presented';
  return { reason: 'unreadable_state', detail, retryable: true };
}

function rotationOf(
  { system, systems, request }: SystemCall<'onepassword'>,
  pool: EndpointPool,
  now: () => number,
): Rotation | Problem {
  const credential = request.subject['secret'] ?? '';
  const [, vault, title] = /^([^/"\\]+)\/([^"\\]+)$/.exec(credential) ?? [];
  if (vault === undefined || title === undefined) {
    const detail = 'the report names no secret as vault/item';
    return { reason: 'unknown_target', detail, retryable: false };
  }
  const places = placesOf(systems);
  const { issuer } = system;
  return {
    connect: connectAt(pool.at(system, places), now),
    issuer: issuerAt(pool.at(issuer, places), pool.at(doorOf(issuer), places), now),
    ...{ vault, title, credential, key: request.containment_key },
  };
}

/** Whoever comes with a secret shows nothing else. */
function doorOf({ url, unix, ca_file }: SystemOf<'onepassword'>['issuer']): Place {
  return { url, unix, ca_file };
}

function placesOf(systems: Record<string, System>): Record<string, Place> {
  const places = Object.entries(systems).flatMap(([name, system]): [string, Place][] =>
    system.kind === 'onepassword'
      ? [
          [name, system],
          [`${name}/issuer`, system.issuer],
          [`${name}/door`, doorOf(system.issuer)],
        ]
      : [],
  );
  return Object.fromEntries(places);
}
