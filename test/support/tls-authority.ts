import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM files of one certificate. */
export interface Issued {
  cert: string;
  key: string;
}

/** A certificate authority by openssl alone, made anew. */
export interface TlsAuthority {
  root: string;
  issue(options: Certificate): Promise<Issued>;
  remove(): void;
}

export interface Certificate {
  common: string;
  /** As openssl's subjectAltName. */
  names?: string;
  usage?: 'serverAuth' | 'clientAuth';
  expired?: boolean;
}

export async function makeTlsAuthority(): Promise<TlsAuthority> {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-tls-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    ...['req', '-x509', ...newKey, '-subj', '/CN=Test authority', '-days', '30'],
    ...['-addext', 'keyUsage=critical,keyCertSign', '-keyout', 'root.key', '-out', 'root.crt'],
  );
  let issued = 0;
  return {
    root: join(directory, 'root.crt'),
    issue: async ({ common, names = '', usage = 'clientAuth', expired = false }) => {
      const name = `issued-${issued++}`;
      const extensions = [
        `extendedKeyUsage=${usage}`,
        ...(names === '' ? [] : [`subjectAltName=${names}`]),
      ];
      writeFileSync(join(directory, `${name}.ext`), extensions.join('\n'));
      await openssl(
        ...['req', '-new', ...newKey, '-subj', `/CN=${common}`],
        ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
      );
      await openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'root.crt', '-CAkey', 'root.key'],
        ...['-days', expired ? '-1' : '30', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
      );
      return { cert: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
