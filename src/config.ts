import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from './domain/fault.ts';
import { serviceUrlSchema } from './domain/place.ts';
import { SHIPPED_POLICY } from './intake/policy-files.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const port = z.coerce.number().int().min(0).max(65_535);
/** Without a user in it: a secret belongs into a file. */
const endpoint = z
  .string()
  .refine(
    (url) => url === '' || (/^https?:\/\/[^\s/@?#]+([/?#]\S*)?$/.test(url) && URL.canParse(url)),
    {
      error: 'is not an http or https URL without credentials',
    },
  );
const address = z.string().regex(/^\S+:\d{1,5}$/, 'is not host:port');

interface Setting {
  meaning: string;
  schema: z.ZodType;
  /** What holds when it is not set; `home` is CORDON_HOME. */
  fallback: (home: string) => string;
}

const LOCAL_HOME = join(homedir(), '.cordon');

/** Every environment variable that Cordon reads, in the order in which `cordon doctor` prints them. */
const SETTINGS = {
  CORDON_HOME: {
    meaning: 'all state of the embedded default lives below it',
    schema: z.string().min(1),
    fallback: () => LOCAL_HOME,
  },
  BIND_ADDR: {
    meaning: 'where the API listens',
    schema: address,
    fallback: () => '127.0.0.1:8515',
  },
  CORDON_ALLOWED_HOSTS: {
    meaning:
      'names by which the API may be called, separated by commas; empty: by the address alone',
    schema: z.string(),
    fallback: () => '',
  },
  ALERTS_TLS_ADDR: {
    meaning: 'where detectors are listened to over TLS as well; empty: nowhere',
    schema: z.union([z.literal(''), address]),
    fallback: () => '',
  },
  ALERTS_TLS_CERT_FILE: {
    meaning: 'PEM of the certificate of that listener, with its chain',
    schema: z.string(),
    fallback: () => '',
  },
  ALERTS_TLS_KEY_FILE: {
    meaning: 'PEM of its private key',
    schema: z.string(),
    fallback: () => '',
  },
  ALERTS_TLS_CLIENT_CA_FILE: {
    meaning: "PEM of the authorities whose client certificates are a detector's; empty: none",
    schema: z.string(),
    fallback: () => '',
  },
  CONTAINMENT_POLICY_PATH: {
    meaning: 'the containment policy; its siblings are read beside it',
    schema: z.string().min(1),
    fallback: () => join(SHIPPED_POLICY, 'incident-containment.yaml'),
  },
  CORDON_INVENTORY: {
    meaning:
      'what runs and what it can reach: a file, or a URL; empty: inventory.yaml beside the policy',
    schema: z
      .string()
      .refine((at) => !/^\w+:\/\//.test(at) || serviceUrlSchema.safeParse(at).success, {
        error: 'is neither a path nor an http or https URL without user, query and fragment',
      }),
    fallback: () => '',
  },
  CORDON_INVENTORY_TOKEN_FILE: {
    meaning: 'holds the bearer token with which a service of the inventory is asked; empty: none',
    schema: z.string(),
    fallback: () => '',
  },
  CORDON_INVENTORY_CA_FILE: {
    meaning: 'PEM of the authority that has certified it; empty: those of the machine',
    schema: z.string(),
    fallback: () => '',
  },
  AUDIT_LOG_PATH: {
    meaning: 'the ledger as JSON lines',
    schema: z.string().min(1),
    fallback: (home) => join(home, 'audit.jsonl'),
  },
  SERVICE_TOKEN_PATH: {
    meaning: 'the service token, which also keys the HMAC of bundles',
    schema: z.string().min(1),
    fallback: (home) => join(home, 'keys', 'service-token'),
  },
  DATABASE_URL: {
    meaning: 'the ledger: sqlite:<path> or postgres://…',
    schema: z.string().regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'is neither sqlite: nor postgres://'),
    fallback: (home) => `sqlite:${join(home, 'ledger.db')}`,
  },
  DATABASE_PASSWORD_FILE: {
    meaning: 'the password of the database user',
    schema: z.string(),
    fallback: () => '',
  },
  EVIDENCE_TSA_URL: {
    meaning: 'the RFC 3161 authority that time-stamps manifests; empty: none',
    schema: endpoint,
    fallback: () => '',
  },
  EVIDENCE_TSA_CERTIFICATES_FILE: {
    meaning: 'PEM of the authorities whose time stamps are believed, roots included',
    schema: z.string(),
    fallback: () => '',
  },
  EVIDENCE_STORE: {
    meaning: 'where evidence is kept: local (a directory) or s3 (a bucket with Object Lock)',
    schema: z.enum(['local', 's3']),
    fallback: () => 'local',
  },
  EVIDENCE_IMMUTABLE: {
    meaning: 'local: on sets the immutable flag on every object, which takes root and chattr',
    schema: z.enum(['on', 'off']),
    fallback: () => 'off',
  },
  EVIDENCE_S3_BUCKET: {
    meaning: 's3: the bucket, with versions and Object Lock',
    schema: z.string().regex(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/, 'is no name of a bucket'),
    fallback: () => '',
  },
  EVIDENCE_S3_ENDPOINT: {
    meaning: 's3: the URL of a compatible service; empty: AWS',
    schema: endpoint,
    fallback: () => '',
  },
  EVIDENCE_S3_REGION: {
    meaning: 's3: the region; empty: as the SDK finds it',
    schema: z.string(),
    fallback: () => '',
  },
  EVIDENCE_S3_PREFIX: {
    meaning: 's3: what every key begins with',
    schema: z.string().regex(/^[A-Za-z0-9._/-]{0,200}$/, 'is no plain path'),
    fallback: () => '',
  },
  EVIDENCE_S3_CREDENTIALS_FILE: {
    meaning: "s3: an AWS shared credentials file; empty: the SDK's standard chain",
    schema: z.string(),
    fallback: () => '',
  },
  EVIDENCE_S3_LOCK_DAYS: {
    meaning: 's3: how long an object is locked when it is written; retention only extends it',
    schema: z.coerce.number().int().min(1).max(36_500),
    fallback: () => '30',
  },
  KEYLIME_VERIFIER_URL: {
    meaning: 'a Keylime verifier that is asked about what its webhook says; empty: none',
    schema: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
    fallback: () => '',
  },
  KEYLIME_VERIFIER_TOKEN_FILE: {
    meaning: 'holds the bearer token with which it is asked; empty: none',
    schema: z.string(),
    fallback: () => '',
  },
  KEYLIME_VERIFIER_CA_FILE: {
    meaning: 'PEM of the authority that has certified it; empty: those of the machine',
    schema: z.string(),
    fallback: () => '',
  },
  TEMPORAL_ADDRESS: {
    meaning: 'a Temporal server to use; empty: `up` starts its own',
    schema: z.union([z.literal(''), address]),
    fallback: () => '',
  },
  TEMPORAL_NAMESPACE: {
    meaning: 'the Temporal namespace of the incidents',
    schema: z.string().min(1),
    fallback: () => 'cordon',
  },
  TEMPORAL_PORT: {
    meaning: 'the port of the Temporal server that `up` starts',
    schema: port,
    fallback: () => '7233',
  },
  TEMPORAL_UI_PORT: {
    meaning: 'the port of its Web UI',
    schema: port,
    fallback: () => '8233',
  },
  CORDON_RETENTION_DAYS: {
    meaning: 'how long Temporal keeps closed workflows; the ledger keeps all',
    schema: z.coerce.number().int().min(1).max(3_650),
    fallback: () => '30',
  },
  CORDON_RANGE_ATTESTOR_PORT: {
    meaning: "the practice range's attestor, for curl; 0: none",
    schema: port,
    fallback: () => '8505',
  },
  CORDON_RANGE_INTEGRITY_PORT: {
    meaning: "the practice range's integrity monitor, for curl; 0: none",
    schema: port,
    fallback: () => '8510',
  },
  CORDON_RANGE_TPM: {
    meaning:
      'a software TPM for the practice host: auto (where swtpm is installed), off or require',
    schema: z.enum(['auto', 'off', 'require']),
    fallback: () => 'auto',
  },
  LOG_LEVEL: {
    meaning: 'fatal, error, warn, info, debug, trace or silent',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    fallback: () => 'info',
  },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof SETTINGS;
export type Config = { [N in Name]: z.output<(typeof SETTINGS)[N]['schema']> };

/** Reads the environment. Throws Fault `bad_config`, which names the variable and what is wrong with it. */
export function readConfig(env: Env): Config {
  const home = resolve(env['CORDON_HOME'] || LOCAL_HOME);
  const read = Object.entries(SETTINGS).map(([name, { schema, fallback }]) => {
    const parsed = schema.safeParse(name === 'CORDON_HOME' ? home : env[name] || fallback(home));
    if (parsed.success) return [name, parsed.data];
    const problem = parsed.error.issues[0]?.message ?? 'is not valid';
    throw new Fault('bad_config', `${name} ${problem}`, { retryable: false });
  });
  const config = Object.fromEntries(read) as Config;
  if (config.EVIDENCE_TSA_URL !== '' && config.EVIDENCE_TSA_CERTIFICATES_FILE === '') {
    const message = 'EVIDENCE_TSA_URL needs EVIDENCE_TSA_CERTIFICATES_FILE: whose word is believed';
    throw new Fault('bad_config', message, { retryable: false });
  }
  if (
    config.ALERTS_TLS_ADDR !== '' &&
    (config.ALERTS_TLS_CERT_FILE === '' || config.ALERTS_TLS_KEY_FILE === '')
  ) {
    const message = 'ALERTS_TLS_ADDR needs ALERTS_TLS_CERT_FILE and ALERTS_TLS_KEY_FILE';
    throw new Fault('bad_config', message, { retryable: false });
  }
  return config;
}

/** The same as a table, for people: where each value comes from and what it is for. */
export function describeConfig(env: Env) {
  const config: Record<string, unknown> = readConfig(env);
  return Object.entries(SETTINGS).map(([name, { meaning }]) => ({
    name,
    value: withoutPassword(String(config[name])),
    origin: env[name] ? 'environment' : 'default',
    meaning,
  }));
}

function withoutPassword(value: string): string {
  return value.replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@]*@/, '$1:…@');
}
