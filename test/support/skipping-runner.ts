import { inject, type RunnerTask, type RunnerTestFile, TestRunner } from 'vitest';

/** Marks every test of a file as skipped where the machine lacks what the file needs; the report says what that is. */
export default class SkippingRunner extends TestRunner {
  onCollected(files: RunnerTestFile[]): void {
    if (inject('missing') !== null) files.forEach(skip);
  }
}

function skip(task: RunnerTask): void {
  if (task.mode === 'run' || task.mode === 'queued') task.mode = 'skip';
  if ('tasks' in task) task.tasks.forEach(skip);
}
