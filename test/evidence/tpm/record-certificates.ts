import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority, endorsementCertificate, type Authority } from './openssl.ts';
import { base64 } from './recording-host.ts';
import { startTpm, type RecordingTpm } from './recording-tpm.ts';

export interface RecordedCertificates {
  /** TPM2B_PUBLIC of the endorsement keys, base64. */
  endorsement: { rsa: string; p384: string };
  /** DER, base64; the first two as they lie in the NV memory of the TPM. */
  certificates: Record<string, string>;
  /** PEM: what is pinned under a name. */
  authorities: Record<string, string[]>;
}

/** NV indexes and handles of the TCG EK Credential Profile, 2.2. */
const MADE_BY_SWTPM = [
  { name: 'rsa', index: '0x01c00002', handle: '0x81010001' },
  { name: 'p384', index: '0x01c00016', handle: '0x81010016' },
] as const;

/** The endorsement keys and certificates of a manufactured software TPM, and what a swindler makes beside them. */
export async function recordCertificates(): Promise<RecordedCertificates> {
  const tpm = await startTpm({ prepare: manufacture });
  try {
    const endorsement = { rsa: '', p384: '' };
    const certificates: Record<string, string> = {};
    for (const { name, index, handle } of MADE_BY_SWTPM) {
      await tpm.run('nvread', '-C', 'o', '-o', `${name}.der`, index);
      await tpm.run('readpublic', '-c', handle, '-o', `${name}.pub`);
      await tpm.run('readpublic', '-c', handle, '-f', 'pem', '-o', `${name}.pem`);
      endorsement[name] = base64(tpm.read(`${name}.pub`));
      certificates[name] = base64(tpm.read(`${name}.der`));
    }
    const swtpm = ['issuer.pem', 'swtpm-localca-rootca-cert.pem'].map((file) =>
      tpm.read(join('ca', file)).toString(),
    );
    const made = makeOthers(tpm);
    return {
      endorsement,
      certificates: { ...certificates, ...made.certificates },
      authorities: { swtpm, ...made.authorities },
    };
  } finally {
    await tpm.stop();
  }
}

/** As its maker would: endorsement keys, and certificates of them by an authority of its own. */
async function manufacture(directory: string): Promise<void> {
  const ca = join(directory, 'ca');
  mkdirSync(ca);
  const write = (file: string, lines: readonly string[]) => {
    writeFileSync(join(ca, file), `${lines.join('\n')}\n`);
    return join(ca, file);
  };
  const localca = write('localca.conf', [
    `statedir = ${ca}`,
    `signingkey = ${ca}/issuer-key.pem`,
    `issuercert = ${ca}/issuer.pem`,
    `certserial = ${ca}/serial`,
  ]);
  const options = write('localca.options', ['--platform-manufacturer Nobody']);
  const setup = write('setup.conf', [
    'create_certs_tool = /usr/bin/swtpm_localca',
    `create_certs_tool_config = ${localca}`,
    `create_certs_tool_options = ${options}`,
    'active_pcr_banks = sha256',
  ]);
  const what = ['--tpm2', '--create-ek-cert', '--config', setup];
  execFileSync('swtpm_setup', ['--tpmstate', directory, ...what], { stdio: 'ignore' });
}

/** Certificates of the P-384 key by authorities that go wrong in one way each, and some that do not. */
function makeOthers({
  directory,
  read,
}: RecordingTpm): Pick<RecordedCertificates, 'certificates' | 'authorities'> {
  const made = makeAuthorities(directory);
  const { root, inner, strict, tooDeep, brief, layman, chain } = made;
  const pem = (...all: readonly Authority[]) =>
    all.map(({ certificate }) => read(certificate).toString());
  return {
    certificates: certificatesBy(made, directory),
    authorities: {
      root: pem(root),
      inner: pem(inner, root),
      'inner without its root': pem(inner),
      strict: pem(tooDeep, strict),
      brief: pem(brief, root),
      layman: pem(layman, root),
      chain: pem(...chain.toReversed()),
    },
  };
}

function makeAuthorities(directory: string) {
  const root = authority(directory, 'root');
  const strict = authority(directory, 'strict', { pathLength: 0 });
  const chain = [root];
  while (chain.length < 5) {
    const issuer = chain.at(-1) ?? root;
    chain.push(authority(directory, `link-${chain.length}`, { issuer }));
  }
  return {
    root,
    inner: authority(directory, 'inner', { issuer: root }),
    strict,
    tooDeep: authority(directory, 'too-deep', { issuer: strict }),
    brief: authority(directory, 'brief', { issuer: root, days: 30 }),
    layman: authority(directory, 'layman', { issuer: root, isCa: false }),
    namesake: authority(directory, 'namesake', { subject: '/CN=root' }),
    chain,
  };
}

function certificatesBy(
  { root, chain, ...others }: ReturnType<typeof makeAuthorities>,
  directory: string,
): Record<string, string> {
  const key = join(directory, 'p384.pem');
  const leaf = (issuer: Authority, options = {}) =>
    base64(readFileSync(endorsementCertificate(directory, key, issuer, options)));
  return {
    'by the root': leaf(root),
    'by an inner authority': leaf(others.inner),
    'by a strict authority': leaf(others.strict),
    'by an authority too deep': leaf(others.tooDeep),
    'by an authority of few days': leaf(others.brief),
    'by one who is no authority': leaf(others.layman),
    'by a namesake of the root': leaf(others.namesake),
    'at the end of a long chain': leaf(chain.at(-1) ?? root),
    'of an authority': leaf(root, { isCa: true }),
    'for another use': leaf(root, { usage: 'serverAuth' }),
    'for no use': leaf(root, { usage: null }),
  };
}
