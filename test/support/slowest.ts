import type { TestModule } from 'vitest/node';

/** Few enough to be read, enough to show where the time of a run goes. */
const MOST_TOLD = 10;

const MS_PER_SECOND = 1_000;

/** One line for each of the slowest files: seconds from its import to its last hook, and its path. */
export function slowestOf(modules: readonly TestModule[]): string[] {
  return modules
    .map((module) => ({ module, ms: msOf(module) }))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, MOST_TOLD)
    .map(
      ({ module, ms }) => `  ${seconds(ms)} s  ${module.project.name}  ${module.relativeModuleId}`,
    );
}

function msOf(module: TestModule): number {
  const { collectDuration, duration, setupDuration } = module.diagnostic();
  return setupDuration + collectDuration + duration;
}

function seconds(ms: number): string {
  return (ms / MS_PER_SECOND).toFixed(1).padStart(6);
}
