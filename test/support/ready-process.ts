import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that has said that it is ready, in one line that is kept. Its input ends with the test, and so should it. */
export interface ReadyProcess extends AsyncDisposable {
  pid: number;
  said: string;
  kill(): Promise<void>;
}

export async function readyProcess(command: string, ...args: string[]): Promise<ReadyProcess> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const line = once(createInterface(child.stdout), 'line');
  const said: unknown = await Promise.race([line.then(([text]) => text), ended.then(() => null)]);
  if (typeof said !== 'string') throw new Error(`${command} ended: ${errors}`);
  return { pid: child.pid ?? 0, said, kill, [Symbol.asyncDispose]: kill };
}
