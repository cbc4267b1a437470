import { expect, it } from 'vitest';
import { socketRow } from '../../../src/agent/capture/socket-tables.ts';

it('reads a listening socket of TCP', () => {
  const line =
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0 100 0 0 10 0';
  const row = { local: '127.0.0.1:8080', remote: '0.0.0.0:0', state: 'listen', uid: 1000 };
  expect(socketRow('tcp', line)).toEqual({ ...row, inode: '12345' });
});

it('reads an address of IPv6 word by word', () => {
  const line =
    '1: B80D0120000000000000000001000000:0016 00000000000000000000000000000000:0000 01 0:0 00:0 0 0 0 7 1';
  expect(socketRow('tcp6', line)).toMatchObject({
    local: '[2001:0db8:0000:0000:0000:0000:0000:0001]:22',
    state: 'established',
    inode: '7',
  });
});

it('reads a socket of Unix with its path, spaces and all, or without one', () => {
  const line = '0000000000000000: 00000002 00000000 00010000 0001 01 4242 /run/a b';
  expect(socketRow('unix', line)).toMatchObject({ references: 2, inode: '4242', path: '/run/a b' });
  expect(socketRow('unix', line.replace(' /run/a b', ''))).toMatchObject({ path: '' });
});

it.each(['', 'sl local'])('makes nothing of %j', (line) => {
  expect(socketRow('tcp', line)).toBeNull();
  expect(socketRow('unix', line)).toBeNull();
});
