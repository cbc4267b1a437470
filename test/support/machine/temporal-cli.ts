import { Fault } from '../../../src/domain/fault.ts';
import { findTemporal } from '../../../src/engine/find.ts';
import type { Need } from './needing.ts';

/** The CLI as `cordon up` finds it: the machine's, the cache's, downloaded, or built with Go, which takes minutes. */
export const temporalCli: Need = async (project) => {
  try {
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    const { command } = await findTemporal({ env: process.env, say });
    project.provide('temporal', command);
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const remedy = 'curl -sSf https://temporal.download/cli.sh | sh';
    return { what: 'the Temporal CLI', why: error.message, remedy };
  }
};
