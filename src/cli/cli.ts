import type { Command } from 'commander';
import { createApi, type Api } from './api.ts';
import { createClient } from './client.ts';
import { installation, type Installation, type Whereabouts } from './installation.ts';
import type { Io } from './io.ts';
import type { Roots } from './roots.ts';
import { painter, type Paint } from './text/paint.ts';
import { printable, printableJson } from './text/printable.ts';

export interface GlobalOptions extends Whereabouts {
  json?: boolean;
}

/** What every command is built from. Each is one function of it. */
export interface Cli {
  roots: Roots;
  io: Io;
  /** True where a program reads the output. */
  json(): boolean;
  /** The API of the installation that was named; `source` speaks with that reporter's token. */
  api(source?: string): Api;
  /** The API at another address, as the person that `home` knows. */
  apiAt(place: { url: string; home: string }): Api;
  /** The API at another address, with that token. */
  apiWith(installation: Installation): Api;
  /** One answer: the document itself under --json, else its human form, safe to show on a terminal. */
  print<T>(document: T, human: (safe: T, paint: Paint) => string): void;
  /** One of many answers, a line each. */
  printLine<T>(document: T, human: (safe: T, paint: Paint) => string): void;
}

export type CommandBuilder = (cli: Cli) => Command | readonly Command[];

export function createCli(roots: Roots, io: Io, options: () => GlobalOptions): Cli {
  const paint = painter(io.terminal, io.env['NO_COLOR']);
  const json = () => options().json === true;
  const printer =
    (indent?: number): Cli['print'] =>
    (document, human) =>
      io.out(`${json() ? printableJson(document, indent) : human(printable(document), paint)}\n`);
  return {
    roots,
    io,
    json,
    api: (source) =>
      createApi(createClient(installation(io.env, options(), source), io.interrupted)),
    apiAt: ({ url, home }) =>
      createApi(createClient(installation({ CORDON_HOME: home }, { url }), io.interrupted)),
    apiWith: (place) => createApi(createClient(place, io.interrupted)),
    print: printer(2),
    printLine: printer(),
  };
}
