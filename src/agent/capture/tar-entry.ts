import { isAscii } from 'node:buffer';

export const TAR_TYPE = 'application/x-tar';

const BLOCK_BYTES = 512;

/** The typeflags of ustar (POSIX.1-2017, pax, "ustar Interchange Format"). */
const TYPE_FLAGS = {
  file: '0',
  symlink: '2',
  character_device: '3',
  block_device: '4',
  directory: '5',
  fifo: '6',
  pax: 'x',
} as const;

/** What the fields of ustar hold; more, and other than ASCII, goes into a record of pax. */
const MOST_NAME_BYTES = 100;
const MOST_ID = 0o7777777;
const MOST_SIZE = 0o77777777777;

export interface TarHeader {
  name: string;
  type: keyof typeof TYPE_FLAGS;
  /** Of the body, in bytes. */
  size: number;
  mode?: number;
  uid?: number;
  gid?: number;
  link?: string;
  device?: { major: number; minor: number };
  /** Records of pax beside those that the fields need. */
  records?: Record<string, string>;
}

/**
 * One entry of a pax archive; the body must have the size of the header. By hand, because writers of archives take
 * names as text, wait for ever on an entry without bytes, and write times after 2038 as negative.
 */
export function* tarEntry(header: TarHeader, body: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield headerBytes(header);
  yield* body;
  if (header.size % BLOCK_BYTES !== 0) yield padding(header.size);
}

export function tarEnd(): Uint8Array {
  return Buffer.alloc(2 * BLOCK_BYTES);
}

function headerBytes(header: TarHeader): Buffer {
  const records = Buffer.concat(Object.entries(recordsOf(header)).map(record));
  if (records.length === 0) return ustar(header);
  const pax = { name: 'PaxHeader', type: 'pax', size: records.length } as const;
  return Buffer.concat([ustar(pax), records, padding(records.length), ustar(header)]);
}

function recordsOf({ name, link = '', size, uid = 0, gid = 0, records = {} }: TarHeader) {
  return {
    ...(fits(name) ? {} : { path: name }),
    ...(fits(link) ? {} : { linkpath: link }),
    ...(size > MOST_SIZE ? { size: String(size) } : {}),
    ...(uid > MOST_ID ? { uid: String(uid) } : {}),
    ...(gid > MOST_ID ? { gid: String(gid) } : {}),
    ...records,
  };
}

function fits(name: string): boolean {
  return name.length <= MOST_NAME_BYTES && isAscii(Buffer.from(name));
}

/** Its length counts its own digits. */
function record([key, value]: [string, string]): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (length !== rest.length + String(length).length)
    length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function ustar({ name, type, size, mode = 0o600, uid = 0, gid = 0, link = '', device }: TarHeader) {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, digits: number) =>
    block.write((value < 8 ** digits ? value : 0).toString(8).padStart(digits, '0'), at, 'latin1');
  block.write(name, 0, MOST_NAME_BYTES, 'utf8');
  octal(mode, 100, 7);
  octal(uid, 108, 7);
  octal(gid, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.write(TYPE_FLAGS[type], 156, 'latin1');
  block.write(link, 157, MOST_NAME_BYTES, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  octal(device?.major ?? 0, 329, 7);
  octal(device?.minor ?? 0, 337, 7);
  // The checksum is taken with its own field full of blanks.
  block.fill(' ', 148, 156);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}
