import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../src/engine/cache.ts';
import { findExecutable } from '../../src/engine/executable.ts';

const POM = fileURLToPath(new URL('../../tools/test-server/pom.xml', import.meta.url));

/** 40 jars of 38 MB in all: 15 s on a quick line. */
const FETCH_TIMEOUT_MS = 10 * 60_000;

const exec = promisify(execFile);

/**
 * Temporal's time-skipping test server: from our cache, or by Maven from the repository that it is set to use.
 * `command` is an executable that takes a port. `say` receives progress.
 */
export async function findTestServer(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<{ command: string } | { missing: string }> {
  const java = await findExecutable('java', env);
  if (java === null) return { missing: 'there is no `java` on PATH to run it' };
  const digest = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex');
  const home = join(cacheDirectory(env), `test-server-${digest.slice(0, 12)}`);
  const command = join(home, 'temporal-test-server');
  if (await exists(command)) return { command };
  const maven = await findExecutable('mvn', env);
  if (maven === null) return { missing: 'there is no `mvn` on PATH to fetch it' };
  say('fetching the time-skipping test server with Maven: once, about 15 seconds');
  try {
    await fetchInto(home, maven, java);
    return { command };
  } catch (error) {
    return { missing: `Maven could not fetch it: ${lastWords(error)}` };
  }
}

/** A rename puts the whole in place or nothing, also when two runs fetch at once. */
async function fetchInto(home: string, maven: string, java: string): Promise<void> {
  await mkdir(dirname(home), { recursive: true });
  const workshop = await mkdtemp(join(dirname(home), '.fetching-'));
  try {
    const pom = join(workshop, 'pom.xml');
    await copyFile(POM, pom);
    const jars = `-DoutputDirectory=${join(workshop, 'lib')}`;
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', jars];
    await exec(maven, ['-B', '-q', '-f', pom, ...goal], { timeout: FETCH_TIMEOUT_MS });
    await writeFile(join(workshop, 'temporal-test-server'), launcher(java, home));
    await chmod(join(workshop, 'temporal-test-server'), 0o755);
    await rename(workshop, home);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** The SDK gives the server five seconds to listen, and kills the process it started: hence the flags, and `exec`. */
function launcher(java: string, home: string): string {
  const flags = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx512m';
  return [
    '#!/bin/sh',
    `exec '${java}' ${flags} -cp '${join(home, 'lib')}/*' io.temporal.testserver.TestServer "$@"`,
    '',
  ].join('\n');
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function lastWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').slice(-3).join(' | ');
}
