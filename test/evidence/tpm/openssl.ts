import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** tcg-kp-EKCertificate (TCG EK Credential Profile, 3.2.16) */
const EK_CERTIFICATE = '2.23.133.8.1';
/** Longer than the vectors will be of use. */
const DAYS = 36_500;

/** File names within the directory. */
export interface Authority {
  certificate: string;
  key: string;
}

export function authority(
  directory: string,
  name: string,
  {
    issuer,
    isCa = true,
    pathLength,
    days = DAYS,
    subject = `/CN=${name}`,
  }: {
    issuer?: Authority;
    isCa?: boolean;
    pathLength?: number;
    days?: number;
    subject?: string;
  } = {},
): Authority {
  const made = { certificate: `${name}.crt`, key: `${name}.key` };
  const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  openssl(directory, ['genpkey', ...curve, '-out', made.key]);
  const length = pathLength === undefined ? '' : `,pathlen:${pathLength}`;
  const constraints = `basicConstraints=critical,CA:${isCa ? 'TRUE' : 'FALSE'}${length}`;
  const extensions = extensionFile(directory, name, [constraints]);
  const by = issuer === undefined ? ['-signkey', made.key] : signedBy(issuer);
  const what = ['-subj', subject, '-force_pubkey', publicKey(directory, made.key)];
  const how = ['-days', String(days), '-extfile', extensions, '-out', made.certificate];
  openssl(directory, ['x509', '-new', ...what, ...by, ...how]);
  return made;
}

/** The file of a certificate, in DER, of a public key of which nobody here has the private one. */
export function endorsementCertificate(
  directory: string,
  key: string,
  issuer: Authority,
  { isCa = false, usage = EK_CERTIFICATE }: { isCa?: boolean; usage?: string | null } = {},
): string {
  const lines = [`basicConstraints=critical,CA:${isCa ? 'TRUE' : 'FALSE'}`];
  if (usage !== null) lines.push(`extendedKeyUsage=${usage}`);
  const extensions = extensionFile(directory, 'leaf', lines);
  const what = ['-subj', '/CN=endorsement', '-force_pubkey', key, ...signedBy(issuer)];
  const how = [
    '-days',
    String(DAYS),
    '-extfile',
    extensions,
    '-outform',
    'DER',
    '-out',
    'leaf.der',
  ];
  openssl(directory, ['x509', '-new', ...what, ...how]);
  return join(directory, 'leaf.der');
}

function signedBy({ certificate, key }: Authority): string[] {
  return ['-CA', certificate, '-CAkey', key, '-CAcreateserial'];
}

function publicKey(directory: string, key: string): string {
  openssl(directory, ['pkey', '-in', key, '-pubout', '-out', `${key}.pub`]);
  return `${key}.pub`;
}

function extensionFile(directory: string, name: string, lines: readonly string[]): string {
  writeFileSync(join(directory, `${name}.ext`), `${lines.join('\n')}\n`);
  return `${name}.ext`;
}

function openssl(directory: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
}
