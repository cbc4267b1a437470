/** Before connections are tracked (NF_IP_PRI_RAW), so that what is established already is cut as well. */
export const PRIORITY = -300;

/** The table as if it were new, whether or not it is there: deleting what is not would fail. */
export function emptied(table: string): object[] {
  const own = { family: 'inet', name: table };
  return [{ add: { table: own } }, { delete: { table: own } }, { add: { table: own } }];
}

export function removalOf(table: string): object {
  return { nftables: [{ delete: { table: { family: 'inet', name: table } } }] };
}

/** A network in CIDR notation, as an element of a set (libnftables-json(5)). */
export function prefix(cidr: string): object {
  const [addr, length] = cidr.split('/');
  return { prefix: { addr, len: Number(length) } };
}

export function equals(left: object, right: string): object {
  return { match: { op: '==', left, right } };
}
