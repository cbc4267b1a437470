import type { RuntimeContainer } from '../subjects/locate-subject.ts';

/** Pauses by the runtime, so that it knows; true where it says that the container is paused. */
export async function pauseContainer(container: RuntimeContainer): Promise<boolean> {
  await container.engine.pause(container.facts.Id);
  return isPaused(container);
}

/** True where the runtime says that the container is paused all the same. */
export async function unpauseContainer(container: RuntimeContainer): Promise<boolean> {
  await container.engine.unpause(container.facts.Id);
  return isPaused(container);
}

async function isPaused({ engine, facts }: RuntimeContainer): Promise<boolean> {
  return (await engine.inspect(facts.Id))?.State.Paused ?? false;
}
