import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './config.ts';
import { freePorts } from './free-ports.ts';
import { createLog } from './log.ts';
import { quietEngineLibrary } from './temporal.ts';
import { bringUp, type Installation } from './up.ts';

/** Settings of the caller's that would lead the throw-away installation out of its own directory. */
const NOT_INHERITED = [
  'AUDIT_LOG_PATH',
  'SERVICE_TOKEN_PATH',
  'DATABASE_URL',
  'DATABASE_PASSWORD_FILE',
  'TEMPORAL_ADDRESS',
  'EVIDENCE_STORE',
  'EVIDENCE_IMMUTABLE',
  'EVIDENCE_S3_BUCKET',
  'EVIDENCE_S3_ENDPOINT',
  'EVIDENCE_S3_REGION',
  'EVIDENCE_S3_PREFIX',
  'EVIDENCE_S3_CREDENTIALS_FILE',
];

/** An installation of its own, on free ports, in a temporary directory that `stop` removes. */
export async function throwAway(env: Env): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), 'cordon-'));
  const own = Object.fromEntries(
    Object.entries(env).filter(([name]) => !NOT_INHERITED.includes(name)),
  );
  const settings: Env = {
    ...own,
    ...(await settingsApart(home)),
  };
  const remove = () => rm(home, { recursive: true, force: true });
  const log = createLog(env['LOG_LEVEL'] || 'error', 'cordon');
  const library = quietEngineLibrary(log);
  try {
    const up = await bringUp(settings, log, (line) => void process.stderr.write(`${line}\n`));
    return {
      ...up,
      stop: async () => {
        await up.stop();
        await library.close();
        await remove();
      },
    };
  } catch (error) {
    await library.close();
    await remove();
    throw error;
  }
}

/** The settings by which an installation sees no other on this machine: its own home, free ports, no fixed ones. */
export async function settingsApart(home: string) {
  const [api, temporal, ui] = await freePorts(3);
  return {
    CORDON_HOME: home,
    BIND_ADDR: `127.0.0.1:${api}`,
    TEMPORAL_PORT: String(temporal),
    TEMPORAL_UI_PORT: String(ui),
    CORDON_RANGE_ATTESTOR_PORT: '0',
    CORDON_RANGE_INTEGRITY_PORT: '0',
  };
}
