import { readFileSync } from 'node:fs';
import type { PoolConfig } from 'pg';
import { Fault } from '../../domain/fault.ts';

type Address = Pick<PoolConfig, 'host' | 'port' | 'user' | 'database' | 'password' | 'ssl'>;

/**
 * Reads `postgres://user@host:port/database?sslmode=…&sslrootcert=…&host=/socket/directory`.
 * Throws Fault `database_url_invalid`, which never repeats the URL: it may hold a password.
 */
export function postgresAddress(url: string): Address {
  if (!URL.canParse(url)) refuse('it is not a URL');
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  for (const name of searchParams.keys()) {
    if (!['host', 'sslmode', 'sslrootcert'].includes(name)) refuse(`it has a parameter "${name}"`);
  }
  const host = searchParams.get('host') ?? hostname.replace(/^\[(.+)\]$/, '$1');
  return {
    ...(host === '' ? {} : { host: decodeURIComponent(host) }),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(pathname.length < 2 ? {} : { database: decodeURIComponent(pathname.slice(1)) }),
    ssl: encryption(searchParams),
  };
}

/** The modes of libpq that can be kept: `prefer` would quietly go without. */
function encryption(parameters: URLSearchParams): NonNullable<PoolConfig['ssl']> {
  const root = parameters.get('sslrootcert');
  const ca = root === null ? {} : { ca: readFileSync(root, 'utf8') };
  const mode = parameters.get('sslmode') ?? 'disable';
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { ...ca, rejectUnauthorized: root !== null };
    case 'verify-ca':
      return { ...ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return ca;
    default:
      return refuse(`its sslmode "${mode}" is not disable, require, verify-ca or verify-full`);
  }
}

function refuse(reason: string): never {
  throw new Fault('database_url_invalid', `The database URL cannot be used: ${reason}`, {
    retryable: false,
  });
}
