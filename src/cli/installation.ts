import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXIT, Failure } from './exit.ts';
import type { Env } from './io.ts';

/** Where Cordon is, and as whom it is spoken to. */
export interface Installation {
  /** Without a trailing slash. */
  url: string;
  /** The bearer token; '' where there is none, which still allows open reads. */
  token: string;
}

export interface Whereabouts {
  url?: string | undefined;
  tokenFile?: string | undefined;
}

const DEFAULT_BIND = '127.0.0.1:8515';

/** The installation that the options and the environment name; `source` asks for a reporter's own token. */
export function installation(env: Env, options: Whereabouts, source = ''): Installation {
  return { url: urlOf(env, options), token: tokenOf(env, options, source) };
}

export function homeOf(env: Env): string {
  return nonEmpty(env['CORDON_HOME']) ?? join(homedir(), '.cordon');
}

function urlOf(env: Env, options: Whereabouts): string {
  const given = options.url ?? nonEmpty(env['CORDON_URL']);
  const url = given ?? `http://${reachable(nonEmpty(env['BIND_ADDR']) ?? DEFAULT_BIND)}`;
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new Failure(EXIT.usage, 'bad_url', `${url} is not an http or https address`);
  }
  return url.replace(/\/+$/, '');
}

/** A server may listen on every address; it is reached on one. */
function reachable(bind: string): string {
  return bind.replace(/^(0\.0\.0\.0|\[::\]|\*)?(?=:\d+$)/, '127.0.0.1');
}

function tokenOf(env: Env, options: Whereabouts, source: string): string {
  const named = options.tokenFile ?? nonEmpty(env['CORDON_TOKEN_FILE']);
  if (named !== undefined) return readToken(named);
  const tokens = join(homeOf(env), 'tokens');
  const file = [source, 'admin']
    .filter((name) => /^[a-z0-9][a-z0-9._@-]*$/.test(name))
    .map((name) => join(tokens, name))
    .find((path) => existsSync(path));
  return file === undefined ? '' : readToken(file);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Failure(EXIT.usage, 'token_unreadable', `The token file ${file} cannot be read`, {
      next: 'name another with --token-file, or become the user that Cordon runs as',
      cause,
    });
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
