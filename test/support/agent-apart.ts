import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DoorOptions } from './host-door.ts';

const DOOR = new URL('host-door.ts', import.meta.url);

/** An agent in a process of its own, which a test can kill. */
export interface AgentApart {
  socket: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export async function startAgentApart(
  cgroups: readonly string[],
  options: DoorOptions = {},
): Promise<AgentApart> {
  const given = [cgroups, options].map((each) => JSON.stringify(each));
  const source = `
    const { openHostDoor } = await import('${DOOR}');
    process.send((await openHostDoor(${given.join()})).socket);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [socket] = (await once(child, 'message')) as [string];
  return {
    socket,
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      // Nobody else tidies up behind it.
      rmSync(dirname(socket), { recursive: true });
    },
  };
}
