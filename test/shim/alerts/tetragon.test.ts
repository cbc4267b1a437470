import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/alert.ts';
import { tetragon } from '../../../src/shim/alerts/tetragon.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { alertIn, sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';

const HERE = { headers: {} };
const NSENTER = sampleDocument('tetragon-nsenter.json') as JsonObject;
const CONNECT = sampleDocument('tetragon-connect.json') as JsonObject;
const EXPORT = sampleDocuments('tetragon-export.ndjson') as JsonObject[];

describeAlertFormat(tetragon, [NSENTER, CONNECT, ...EXPORT]);

test('a process that starts is told by its kind, with ids as they came', () => {
  expect(alertIn(tetragon, NSENTER)).toMatchObject({
    kind: 'finding',
    title: 'process_exec /usr/bin/nsenter',
    occurred_at: '2022-01-19T11:16:29.378Z',
    facts: {
      event: 'process_exec',
      node_name: 'minikube',
      process: {
        binary: '/usr/bin/nsenter',
        pod: {
          container: {
            id: 'docker://85f791fd8dfa740a3b1c177e8f68e8fdb4803a7c8fa0e957a5ec38460ce047ef',
          },
        },
      },
    },
  });
});

test.each([
  [0, 'process_exec /usr/bin/python3'],
  [1, 'file-monitoring security_file_permission /usr/bin/python3'],
  [4, 'lsm-file-open file_open /usr/bin/cat'],
  [5, 'openat-failures sys_exit_openat /usr/bin/kmod'],
  [6, 'bash-readline /bin/bash'],
  [7, 'process_loader /usr/sbin/sshd'],
  [8, 'process_exit /usr/bin/python3'],
])('line %i of an export is titled %s', (at, title) => {
  expect(alertIn(tetragon, EXPORT[at] ?? null)).toMatchObject({ kind: 'finding', title });
});

test('the message of a policy is its title', () => {
  const kprobe = EXPORT[1]?.['process_kprobe'] as JsonObject;
  const part = { ...EXPORT[1], process_kprobe: { ...kprobe, message: 'Passwords changed' } };
  expect(alertIn(tetragon, part).title).toContain('Passwords changed');
});

test.each([
  [[{ int_arg: 3 }, { file_arg: { path: '/etc/shadow' } }], '/etc/shadow'],
  [[{ string_arg: '/etc/shadow' }, { int_arg: 0 }], '/etc/shadow'],
  [[{ string_arg: 'GET / HTTP/1.1' }], ''],
  [[{ path_arg: { path: '/tmp/new' } }, { path_arg: { path: '/etc/passwd' } }], '/etc/passwd'],
  [null, ''],
])('a hook that is called with %j is about the file "%s"', (args, file) => {
  const kprobe = EXPORT[1]?.['process_kprobe'] as JsonObject;
  const part = { ...EXPORT[1], process_kprobe: { ...kprobe, args } };
  expect(alertIn(tetragon, part).facts['file']).toBe(file);
});

test.each([
  ['another nanosecond', { time: '2025-11-25T10:30:01.000000002Z' }],
  ['another node', { node_name: 'worker-4' }],
])('%s is another event', (_, change) => {
  const event = EXPORT[1] ?? {};
  expect(alertIn(tetragon, { ...event, ...change }).identity).not.toStrictEqual(
    alertIn(tetragon, event).identity,
  );
});

test('a hook that was called with something else in the same nanosecond is another event', () => {
  const kprobe = EXPORT[1]?.['process_kprobe'] as JsonObject;
  const other = { ...EXPORT[1], process_kprobe: { ...kprobe, args: [{ int_arg: 4 }] } };
  expect(alertIn(tetragon, other).identity).not.toStrictEqual(
    alertIn(tetragon, EXPORT[1] ?? null).identity,
  );
});

test.each([
  [{ rate_limit_info: { number_of_dropped_process_events: '42' } }, 'rate limit info', 42],
  [{ rate_limit_info: { number_of_dropped_process_events: 42 } }, 'rate limit info', 42],
  [{ process_throttle: { type: 'THROTTLE_START', cgroup: 'x' } }, 'process throttle', null],
])('what it leaves out is its health: %j', (told, event, lost) => {
  const part = { ...told, node_name: 'worker-3', time: '2025-11-25T10:30:05Z' };
  expect(alertIn(tetragon, part)).toMatchObject({
    kind: 'health',
    facts: { health: { event, lost } },
  });
});

test.each([
  [{ process_exec: {} }],
  [{ process_exec: { process: {} } }],
  [{ process_exec: { process: { pod: {} } } }],
  [{ process_EXEC: { process: { pid: 1 } } }],
])('%j is no event of a process', (part) => {
  expect(tetragon.split([NSENTER, part], HERE)).toMatchObject({
    alerts: [{ title: 'process_exec /usr/bin/nsenter' }],
    refused: [{ index: 1, reason: 'it has no event of a process' }],
  });
});

test('a document with two events is read as its first, and says so', () => {
  const split = tetragon.split({ ...NSENTER, ...CONNECT }, HERE);
  expect(split.alerts).toMatchObject([{ facts: { event: 'process_exec' } }]);
  expect(split.disagreements).toStrictEqual([
    'an event is both process_exec and process_connect: it is read as process_exec',
  ]);
});
