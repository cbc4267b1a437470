import Docker from 'dockerode';
import { inject } from 'vitest';
import { eventually } from './eventually.ts';
import { IMAGE } from './machine/dockerd.ts';

/** A container of a test, and what its engine says of it. */
export interface TestContainer {
  id: string;
  name: string;
  inspect(): Promise<Docker.ContainerInspectInfo>;
  remove(): Promise<void>;
}

export const engine = () => new Docker({ socketPath: inject('dockerd').socket });

let made = 0;

/** Runs a script of the shell in a container. Without a network, where none is given. */
export async function runContainer(
  script: string,
  host: Docker.HostConfig = {},
  over: Docker.ContainerCreateOptions = {},
): Promise<TestContainer> {
  const name = `cordon-test-${process.pid}-${(made += 1)}`;
  const container = await engine().createContainer({
    ...{ name, Image: IMAGE, Cmd: ['/bin/sh', '-c', script], ...over },
    HostConfig: { NetworkMode: 'none', ...host },
  });
  await container.start();
  await eventually(
    () => container.inspect(),
    ({ State }) => State.Pid !== 0,
  );
  return {
    ...{ id: container.id, name },
    inspect: () => container.inspect(),
    remove: async () => {
      await container.remove({ force: true });
    },
  };
}
