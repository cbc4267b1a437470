import type { TestProject } from 'vitest/node';
import type { Missing } from '../missing.ts';

/** Something that tests need: provides it to them, or says why it cannot be had here. */
export type Need = (project: TestProject) => Promise<Missing | Teardown | undefined>;

type Teardown = () => Promise<void>;

/** The set-up of a project of tests: all its needs are met, or all its tests are skipped. */
export function needing(...needs: Need[]): (project: TestProject) => Promise<Teardown> {
  return async (project) => {
    const teardowns: Teardown[] = [];
    let missing: Missing | null = null;
    for (const need of needs) {
      const met = await need(project);
      if (typeof met === 'function') teardowns.push(met);
      else if (met !== undefined) missing = met;
      if (missing !== null) break;
    }
    project.provide('missing', missing);
    return async () => {
      for (const teardown of teardowns.toReversed()) await teardown();
    };
  };
}
