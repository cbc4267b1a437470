import { startDevServer } from '../../src/engine/dev-server.ts';
import { findTemporal } from '../../src/engine/find.ts';

/** Owns a server until it is killed: `owner.ts HOME PORT UI_PORT`. */
const [home = '', port, uiPort] = process.argv.slice(2);
const say = (line: string) => console.error(line);
const { command } = await findTemporal({ env: process.env, say });
const log = { info: () => {}, warn: () => {}, error: () => {} };
await startDevServer({ home, port: Number(port), uiPort: Number(uiPort), command, log });
console.log('ready');
