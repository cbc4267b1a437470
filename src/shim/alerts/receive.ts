import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import type { AlertFormatName } from '../../domain/alert.ts';
import type { Principal } from '../../domain/principal.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import type { Delivery } from '../../intake/alert-intake.ts';
import type { Identified } from '../../intake/detectors.ts';
import { certificateNames } from '../client-certificate.ts';
import type { ShimDeps } from '../deps.ts';
import { inRole } from '../middleware/authentication.ts';
import { refuse } from '../refuse.ts';
import { formatCalled, holdToFormat, holdToRate, type Door } from './door.ts';
import { isKnownEncoding } from './inflate.ts';
import type { Room } from './room.ts';
import { announcedBytes, readWire } from './wire.ts';

/** RFC 6750, section 3, and RFC 7617, section 2. */
const CHALLENGES = ['Bearer realm="cordon"', 'Basic realm="cordon", charset="UTF-8"'];

/** What is kept of the headers: CloudEvents, HTTP binding, section 3.1, puts an event's attributes into `ce-*`. */
const KEPT = /^(?:content-type|content-encoding|ce-[a-z0-9]{1,64})$/;

/**
 * Who sends, and the body as it came, digested before anything in it is read. A stranger's body is not received, except
 * for one that is signed, whose sender nothing but the body can tell.
 */
export async function receive(
  request: Request,
  response: Response,
  { door }: Pick<ShimDeps, 'door'>,
): Promise<{ principal: Principal; body: Delivery }> {
  response.locals['challenges'] = CHALLENGES;
  const format = formatCalled(door.formats, request.params['detector']?.toString())?.name ?? null;
  const headers = flat(request.headers);
  const caller = await door.detectors.identify({
    authorization: headers['authorization'],
    headers,
    certificate: certificateNames(request.socket),
  });
  const claim = () => door.detectors.claimed(headers['authorization'], format);
  if (isSigned(caller)) {
    const body = await arrived(request, response, headers, door.unproven);
    return { principal: admit(door, await caller.fromBody(body.bytes), format, claim), body };
  }
  const principal = admit(door, caller, format, claim);
  return { principal, body: await arrived(request, response, headers, door.arriving) };
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
  );
}

type Signed = Extract<Identified, { fromBody: unknown }>;

function isSigned(caller: Identified): caller is Signed {
  return typeof caller === 'object' && 'fromBody' in caller;
}

/** The caller, held to what it may. Throws `unauthenticated`, `forbidden`, `format_not_allowed` and `BeyondRate`. */
function admit(
  door: Door,
  caller: Exclude<Identified, Signed>,
  format: AlertFormatName | null,
  claim: () => string[],
): Principal {
  if (caller === 'invalid') claim().forEach(door.refused);
  const principal = inRole(caller, ['report']);
  if (format !== null) holdToFormat(door, principal, format);
  holdToRate(door, principal, format);
  return principal;
}

/** Its place in the memory is given back once it is answered. */
async function arrived(
  request: Request,
  response: Response,
  headers: Readonly<Record<string, string>>,
  room: Room,
): Promise<Delivery> {
  const encoding = headers['content-encoding'] ?? '';
  if (!isKnownEncoding(encoding)) {
    refuse('unsupported_media_type', 'The body may be sent as gzip, deflate, zstd, or as it is');
  }
  const leave = await room.enter(announcedBytes(request));
  if (response.closed) leave();
  response.once('close', leave);
  const bytes = await readWire(request);
  const kept = Object.entries(headers).filter(([name]) => KEPT.test(name));
  return { bytes, sha256: sha256Hex(bytes), headers: Object.fromEntries(kept) };
}
