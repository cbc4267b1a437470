import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures, LoadOrder } from '../load.ts';

export interface Floor {
  run(order: LoadOrder): Promise<Figures>;
  stop(): Promise<void>;
}

/** The floor in a process of its own, on the same server as the product. */
export async function startFloor(address: string, namespace: string): Promise<Floor> {
  const script = fileURLToPath(new URL('./process.ts', import.meta.url));
  const child = fork(script, [address, namespace], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    run: async (order) => {
      child.send(order);
      const [figures] = (await once(child, 'message')) as [Figures];
      return figures;
    },
    stop: async () => {
      child.send('stop');
      await once(child, 'exit');
    },
  };
}
