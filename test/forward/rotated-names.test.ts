import { describe, expect, it } from 'vitest';
import { rotatedNames } from '../../src/forward/rotated-names.ts';

describe('what a log file was rotated to', () => {
  it.each([
    [
      'logrotate, by number',
      'a.log',
      ['a.log', 'a.log.1', 'a.log.10.gz', 'a.log.2.gz'],
      ['a.log.10.gz', 'a.log.2.gz', 'a.log.1', 'a.log'],
    ],
    [
      'logrotate, by date',
      'a.log',
      ['a.log-20261126', 'a.log', 'a.log-20261125.gz'],
      ['a.log-20261125.gz', 'a.log-20261126', 'a.log'],
    ],
    [
      'logrotate, before the extension',
      'a.json',
      ['a.1.json', 'a.json', 'a.2.json.gz'],
      ['a.2.json.gz', 'a.1.json', 'a.json'],
    ],
    [
      'lumberjack',
      'tetragon.log',
      [
        'tetragon.log',
        'tetragon-2026-11-26T06-33-44.123.log',
        'tetragon-2026-11-25T06-33-44.123.log.gz',
      ],
      [
        'tetragon-2026-11-25T06-33-44.123.log.gz',
        'tetragon-2026-11-26T06-33-44.123.log',
        'tetragon.log',
      ],
    ],
    ['a file without an extension', 'events', ['events', 'events.1'], ['events.1', 'events']],
  ])('is found and in order: %s', (_how, own, names, expected) => {
    expect(rotatedNames(`/var/log/${own}`, names)).toEqual(expected);
  });

  it('is the plain file where it is just being compressed', () => {
    const names = ['a.log', 'a.log.1', 'a.log.1.gz'];
    expect(rotatedNames('/a.log', names)).toEqual(['a.log.1', 'a.log']);
  });

  it('is nothing else', () => {
    const names = ['a.log', 'b.log.1', 'a.log.bak', 'a.logs', 'a.log.1.swp', 'xa.log.1', 'a.log~'];
    expect(rotatedNames('/a.log', names)).toEqual(['a.log']);
  });

  it('is what remains where the file itself is not there', () => {
    expect(rotatedNames('/a.log', ['a.log.1'])).toEqual(['a.log.1']);
  });
});
