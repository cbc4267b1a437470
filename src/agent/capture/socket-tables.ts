/** Tables of `/proc/<pid>/net` in which a line is a socket (proc_pid_net(5)). */
export const SOCKET_TABLES = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'unix'] as const;
export type SocketTable = (typeof SOCKET_TABLES)[number];

/** States of TCP by their number (include/net/tcp_states.h); UDP and raw use the first and the seventh. */
const STATES = [
  'established',
  'syn_sent',
  'syn_recv',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
  'new_syn_recv',
];

export interface SocketRow {
  inode: string;
  [field: string]: string | number | null;
}

/** A line of a table, without its heading; null where it is none. */
export function socketRow(table: SocketTable, line: string): SocketRow | null {
  return table === 'unix' ? unixRow(line) : inetRow(line);
}

function inetRow(line: string): SocketRow | null {
  const [, local, remote, state = '', , , , uid = '', , inode] = line.trim().split(/\s+/);
  if (local === undefined || remote === undefined || inode === undefined) return null;
  return {
    local: endpointOf(local),
    remote: endpointOf(remote),
    state: STATES[Number.parseInt(state, 16) - 1] ?? state,
    uid: Number(uid),
    inode,
  };
}

function unixRow(line: string): SocketRow | null {
  const match = /^\S+ (\S+) (\S+) (\S+) (\S+) (\S+) +(\d+) ?(.*)$/.exec(line.trim());
  const [, references, , flags, type, state, inode, path] = match ?? [];
  if (inode === undefined) return null;
  return {
    references: Number.parseInt(references ?? '', 16),
    flags: flags ?? null,
    type: type ?? null,
    state: state ?? null,
    inode,
    path: path ?? '',
  };
}

/** `0100007F:1F90` as `127.0.0.1:8080`; IPv6 in brackets, written out. Words are in the order of the host. */
function endpointOf(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => [
    ...Buffer.from(word, 'hex').toReversed(),
  ]);
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join('.')}:${number}`;
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? [];
  return `[${groups.join(':')}]:${number}`;
}
