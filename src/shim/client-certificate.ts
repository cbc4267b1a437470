import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** RFC 5280, section 4.2.1.6, as Node writes it: what holds a comma or a quotation mark stands in quotation marks. */
const ALTERNATIVE = /(\w[\w ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/**
 * The names in the client certificate of a connection: each URI and DNS name, and the common name. None where it has
 * no certificate, or one that no authority of ours has signed.
 */
export function certificateNames(socket: Socket): string[] {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return [];
  const { subject, subjectaltname = '' } = socket.getPeerCertificate();
  const common: unknown = subject?.CN;
  const names = [
    ...alternativeNames(subjectaltname),
    ...(typeof common === 'string' ? [common] : []),
  ];
  return names.filter((name) => name !== '');
}

/** A name that had to be quoted is none of ours; a list that cannot be read to its end has none at all. */
export function alternativeNames(list: string): string[] {
  const names: string[] = [];
  for (let at = 0; at < list.length; at = ALTERNATIVE.lastIndex) {
    ALTERNATIVE.lastIndex = at;
    const [whole, kind, name = ''] = ALTERNATIVE.exec(list) ?? [];
    if (whole === undefined) return [];
    if ((kind === 'URI' || kind === 'DNS') && !name.startsWith('"')) names.push(name);
  }
  return names;
}
