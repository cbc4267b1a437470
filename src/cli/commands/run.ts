import { Command } from 'commander';
import type { Cli } from '../cli.ts';

type Process = 'runUp' | 'runServer' | 'runWorker' | 'runBootstrap' | 'runRange' | 'runAgent';

const PROCESSES: readonly [name: string, process: Process, description: string][] = [
  ['up', 'runUp', 'run everything on this machine: engine, worker, server, practice range'],
  ['server', 'runServer', 'run the API, the intake and the dispatcher'],
  ['worker', 'runWorker', 'run workflows and activities'],
  ['bootstrap', 'runBootstrap', 'prepare namespace and search attributes of a Temporal cluster'],
  ['range', 'runRange', 'run the practice range alone: stand-ins for the contained services'],
  ['agent', 'runAgent', 'run the agent of a protected host: it quotes, and decides nothing'],
];

/** The commands that run a process of Cordon until it is stopped. */
export function processCommands({ roots, io }: Cli): Command[] {
  return PROCESSES.map(([name, process, description]) =>
    new Command(name).description(description).action(() => roots[process](io.env)),
  );
}
