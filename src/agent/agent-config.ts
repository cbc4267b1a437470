import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import { type PcrBank, type PcrSelection, selectionProblem } from '../domain/pcr-policy.ts';
import { bindSchema } from './bind.ts';

/** Persistent handles (TPM 2.0 library, part 2, 7.4). */
const handle = z.string().regex(/^0x81[0-9a-f]{6}$/i, 'is not a persistent handle like 0x81010020');

/** `sha256:0,2,4,7`, banks joined by `+`. */
const selectionSchema = z.string().transform((text, context): PcrSelection[] => {
  const selection = text.split('+').map((part): PcrSelection => {
    const [bank = '', pcrs = ''] = part.split(':', 2);
    return { bank: bank as PcrBank, pcrs: pcrs.split(',').map(pcrOf) };
  });
  const problem = selectionProblem(selection);
  if (problem !== null) {
    context.addIssue({ code: 'custom', message: `is not a selection of PCRs: ${problem}` });
  }
  return selection;
});

/** Paths of cgroups of version 2, joined by commas. The root is none: below it is everything. */
const cgroupsSchema = z.string().transform((text, context): string[] => {
  const paths = text === '' ? [] : text.split(',');
  for (const path of paths) {
    if (/^(\/[^/\0]+)+$/.test(path) && !path.split('/').includes('..')) continue;
    context.addIssue({ code: 'custom', message: 'is not a list of cgroups like /agents.slice' });
  }
  return paths;
});

interface Setting {
  meaning: string;
  schema: z.ZodType;
  /** What holds when it is not set. */
  fallback: string;
}

/** Every environment variable that the agent reads. It has no CORDON_HOME: nothing of Cordon is on its host. */
const SETTINGS = {
  CORDON_AGENT_BIND: {
    meaning: 'where the agent listens: host:port or unix:/path',
    schema: bindSchema,
    fallback: '127.0.0.1:8516',
  },
  CORDON_AGENT_TOKEN_FILE: {
    meaning: 'holds the bearer token of its callers',
    schema: z.string().min(1, 'must name the file of the token'),
    fallback: '',
  },
  CORDON_AGENT_TLS_CERT: {
    meaning: 'PEM of its certificate; needed where others than this host can reach it',
    schema: z.string(),
    fallback: '',
  },
  CORDON_AGENT_TLS_KEY: {
    meaning: 'PEM of the key of the certificate',
    schema: z.string(),
    fallback: '',
  },
  CORDON_AGENT_TPM: {
    meaning: 'on, or off for a host that proves nothing and is only captured and contained',
    schema: z.enum(['on', 'off']),
    fallback: 'on',
  },
  CORDON_AGENT_TCTI: {
    meaning: 'how tpm2-tools reach the TPM',
    schema: z.string().min(1),
    fallback: 'device:/dev/tpmrm0',
  },
  CORDON_AGENT_AK_HANDLE: {
    meaning: 'the attestation key; made there if the TPM has none',
    schema: handle,
    fallback: '0x81010020',
  },
  CORDON_AGENT_EK_HANDLE: {
    meaning: 'the endorsement key; made there if the TPM has none',
    schema: handle,
    fallback: '0x81010001',
  },
  CORDON_AGENT_PCRS: {
    meaning: 'what is quoted',
    schema: selectionSchema,
    fallback: 'sha256:0,2,4,7',
  },
  CORDON_AGENT_EVENT_LOG: {
    meaning: "the firmware's log of this boot",
    schema: z.string().min(1),
    fallback: '/sys/kernel/security/tpm0/binary_bios_measurements',
  },
  CORDON_AGENT_CGROUPS: {
    meaning:
      'below which cgroups of version 2 the agent may freeze, capture and contain, joined by commas',
    schema: cgroupsSchema,
    fallback: '',
  },
  CORDON_AGENT_DOCKER: {
    meaning: 'the socket of the Docker engine; empty: containers are no subjects here',
    schema: z.union([z.literal(''), z.string().regex(/^\//, 'is not the path of a socket')]),
    fallback: '',
  },
  CORDON_AGENT_EDGE: {
    meaning:
      'on where sources of traffic may be blocked on this host, for itself and what it routes',
    schema: z.enum(['on', 'off']),
    fallback: 'off',
  },
  CORDON_AGENT_STATE: {
    meaning: 'the directory in which the agent remembers what it must undo',
    schema: z.string().regex(/^\//, 'is not a path from the root'),
    fallback: '/var/lib/cordon-agent',
  },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof SETTINGS;
export type AgentConfig = { [N in Name]: z.output<(typeof SETTINGS)[N]['schema']> };

/** Reads the environment. Throws Fault `bad_config`, which names the variable and what is wrong with it. */
export function readAgentConfig(env: Readonly<Record<string, string | undefined>>): AgentConfig {
  const read = Object.entries(SETTINGS).map(([name, { meaning, schema, fallback }]) => {
    const parsed = schema.safeParse(env[name] || fallback);
    if (parsed.success) return [name, parsed.data];
    const problem = parsed.error.issues[0]?.message ?? 'is not valid';
    throw badConfig(`${name} ${problem} (${meaning})`);
  });
  const config = Object.fromEntries(read) as AgentConfig;
  if ((config.CORDON_AGENT_TLS_CERT === '') !== (config.CORDON_AGENT_TLS_KEY === '')) {
    throw badConfig('CORDON_AGENT_TLS_CERT and CORDON_AGENT_TLS_KEY are only of use together');
  }
  return config;
}

/** NaN, which no selection may have, for anything but a plain number. */
function pcrOf(text: string): number {
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

function badConfig(message: string): Fault {
  return new Fault('bad_config', message, { retryable: false });
}
