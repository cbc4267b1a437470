/**
 * Installs the packages that are missing, before `npm start` and `npm test`.
 * Runs on the machine's own Node; everything after it runs on the Node that it installs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PINNED_NODE = join(ROOT, 'node_modules', '.bin', 'node');

const outdated = whatIsOutdated();
if (outdated !== null) {
  if (!isFitToInstall(process.versions.node)) {
    fail(
      `Node ^20.19 or >=22.12 is needed to install Cordon and its own Node; this is ${process.version}`,
    );
  }
  say(`${outdated}: installing with npm ci`);
  npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
}
if (pinnedNodeProblem() !== null) bringPinnedNode();
const problem = pinnedNodeProblem();
if (problem !== null) fail(`${problem}. Try: rm -rf node_modules && npm ci`);

/** npm leaves out, without a word, the optional binaries of tools that name a later Node than the one it runs on. */
function isFitToInstall(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/** A sentence when node_modules is not what the lockfile says, else null. Contents decide, not times. */
function whatIsOutdated() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf(join('node_modules', '.package-lock.json'));
  if (installed === null) return 'the packages are not installed yet';
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '' || (optional && installed[path] === undefined)) continue;
    if (installed[path]?.version !== version) return `${path} is not at ${version}`;
  }
  return null;
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(join(ROOT, lockfile), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** A sentence when the Node of node_modules cannot be run or is another one, else null. */
function pinnedNodeProblem() {
  const { version } = packagesOf('package-lock.json')['node_modules/node'];
  try {
    const found = execFileSync(PINNED_NODE, ['--version'], { encoding: 'utf8' }).trim();
    return found === `v${version}` ? null : `${PINNED_NODE} is ${found}, not v${version}`;
  } catch {
    return `${PINNED_NODE} cannot be run`;
  }
}

/** npm may be set not to run install scripts; the package `node` fetches its binary in one. */
function bringPinnedNode() {
  const directory = join(ROOT, 'node_modules', 'node');
  say('npm did not run the install script that brings Node 24: running it now');
  run(process.execPath, ['installArchSpecificPackage.js'], directory);
  // The link in .bin was left out while it had nothing to point at.
  npm(['rebuild', 'node', '--ignore-scripts']);
}

function npm(args) {
  const [command, ...first] = npmCommand();
  run(command, [...first, ...args], ROOT);
}

/** The npm that started this script, else the one on PATH. */
function npmCommand() {
  const running = process.env.npm_execpath;
  return running === undefined ? ['npm'] : [process.execPath, running];
}

function run(command, args, cwd) {
  // With the running Node first on PATH: node_modules, which npm puts there, is being replaced.
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PATH },
  });
  if (error) fail(`${command} could not be run: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} failed with ${status}`);
}

function say(line) {
  process.stderr.write(`cordon: ${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
