import { findTestServer } from '../test-server.ts';
import type { Need } from './needing.ts';

/** Temporal's test server, in which hours pass at once. */
export const timeSkippingServer: Need = async (project) => {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const found = await findTestServer(process.env, say);
  if ('missing' in found) {
    return {
      what: 'the time-skipping test server',
      why: found.missing,
      remedy: 'apt-get install -y default-jre-headless maven',
    };
  }
  project.provide('timeSkipping', found.command);
  return undefined;
};
