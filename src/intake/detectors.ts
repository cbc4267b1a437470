import { join } from 'node:path';
import type { AlertFormatName } from '../domain/alert.ts';
import type { Principal } from '../domain/principal.ts';
import { DEFAULT_RATE, type AlertRate, type Reporter } from '../domain/reporter.ts';
import type { Policy } from '../domain/policy.ts';
import type { Log } from './log.ts';
import { readPrivateFile } from './private-file.ts';
import type { Principals } from './principals.ts';
import { basicCredentials } from './token.ts';
import { isSigned, signedBy, type Headers, type Signed } from './webhook-signature.ts';

/** Shorter, it could be guessed from one signature. Characters. */
const LEAST_KEY_LENGTH = 24;

/** What somebody shows of who it is. */
export interface Shown {
  authorization: string | undefined;
  /** By lower-case name. */
  headers: Headers;
  /** The names in a client certificate that was verified; none where there is no such certificate. */
  certificate: readonly string[];
}

type Known = Principal | 'missing' | 'invalid';
/** Who it is, or where only the body tells, how to learn it from that. */
export type Identified = Known | { fromBody: (bytes: Uint8Array) => Promise<Known> };

/** Who sends alerts. */
export interface Detectors {
  /**
   * By bearer token, by Basic with the same token, by the signature of the body, or by client certificate: the first
   * of them that is shown, and no other. Whichever it is, it stands for the principal, and grants what that may.
   */
  identify(shown: Shown): Promise<Identified>;
  /** Whether both its credential and the policy let it send in this format. */
  maySend(principal: Principal, format: AlertFormatName): boolean;
  rateOf(principal: Principal): AlertRate;
  /** In whose name somebody calls who has shown nothing valid: the user of Basic, else whoever sends in the format. */
  claimed(authorization: string | undefined, format: AlertFormatName | null): string[];
}

export interface DetectorsDeps {
  principals: Pick<Principals, 'authenticate' | 'reporterFor'>;
  policy: () => Pick<Policy, 'reporters'>;
  /** CORDON_HOME: what key files are below. */
  home: string;
  now: () => number;
  log: Pick<Log, 'warn'>;
}

export function createDetectors(deps: DetectorsDeps): Detectors {
  const { principals, policy, now } = deps;
  const reporters = () => Object.entries(policy().reporters.reporters);
  const reporterOf = ({ source }: Principal): Reporter | undefined =>
    reporters().find(([name]) => name === source)?.[1];

  return {
    identify: async ({ authorization = '', headers, certificate }) => {
      if (authorization !== '') return byAuthorization(principals, authorization);
      if (!isSigned(headers)) return byCertificate(principals, reporters(), certificate);
      const signed = signedBy(headers, now());
      const signers = reporters().filter(([, { hmac_key_file }]) => hmac_key_file !== '');
      if (signed === null || signers.length === 0) return 'invalid';
      return { fromBody: (bytes) => bySignature(deps, signers, signed, bytes) };
    },
    maySend: (principal, format) =>
      [principal.formats, reporterOf(principal)?.formats ?? []].every(
        (formats) => formats.length === 0 || formats.includes(format),
      ),
    rateOf: (principal) => reporterOf(principal)?.rate ?? DEFAULT_RATE,
    claimed: (authorization = '', format) => claimedOf(reporters(), authorization, format),
  };
}

function claimedOf(
  sources: Sources,
  authorization: string,
  format: AlertFormatName | null,
): string[] {
  const names = sources.map(([source]) => source);
  const user = basicCredentials(authorization)?.user;
  if (user !== undefined) return names.filter((name) => name === user);
  if (format === null) return [];
  return sources.filter(([, { formats }]) => formats.includes(format)).map(([source]) => source);
}

/** RFC 7617: the user is the principal's name, the password its token. */
async function byAuthorization(
  { authenticate }: DetectorsDeps['principals'],
  authorization: string,
): Promise<Known> {
  const basic = basicCredentials(authorization);
  if (basic === undefined) return authenticate(authorization);
  const principal = await authenticate(`Bearer ${basic.password}`);
  return typeof principal !== 'string' && principal.name === basic.user ? principal : 'invalid';
}

type Sources = readonly [source: string, Reporter][];

/** A signature names nobody: it is whose key made it. Keys are read at use, so that a new one is used at once. */
async function bySignature(
  deps: DetectorsDeps,
  sources: Sources,
  signed: Signed,
  bytes: Uint8Array,
): Promise<Known> {
  for (const [source, { hmac_key_file }] of sources) {
    const key = await keyIn(deps, source, hmac_key_file);
    if (key !== null && signed.isBy(key, bytes)) {
      return (await deps.principals.reporterFor(source)) ?? 'invalid';
    }
  }
  return 'invalid';
}

/** Null where there is none: one source's missing key must not keep the others out. */
async function keyIn(
  { home, log }: DetectorsDeps,
  source: string,
  file: string,
): Promise<string | null> {
  const key = await readPrivateFile(join(home, file)).catch(() => null);
  if (key !== null && key.length >= LEAST_KEY_LENGTH) return key;
  const reason = `it cannot be read, or is shorter than ${LEAST_KEY_LENGTH} characters`;
  log.warn({ source, file, reason }, 'the key of a source cannot be used');
  return null;
}

async function byCertificate(
  principals: DetectorsDeps['principals'],
  sources: Sources,
  names: readonly string[],
): Promise<Known> {
  if (names.length === 0) return 'missing';
  const found = sources.find(
    ([, { certificate }]) => certificate !== '' && names.includes(certificate),
  );
  if (found === undefined) return 'invalid';
  return (await principals.reporterFor(found[0])) ?? 'invalid';
}
