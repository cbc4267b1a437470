import { z } from 'zod';
import { bundleHmac } from '../domain/attestor-bundle.ts';
import type { RangeHandler, RangeService } from './service.ts';
import { setTrustState, showTrustState, trustState, type TrustState } from './trust-state.ts';

const refreshSchema = z.strictObject({ request_nonce: z.string().regex(/^[0-9a-f]{64}$/) });
const ANOTHER_NONCE = '0'.repeat(64);

/** A runtime attestor without a TPM: it measures nothing and says so, but signs for real. */
export function createRangeAttestor(hmacKey: string, now: () => number): RangeService {
  const key = Buffer.from(hmacKey, 'hex');
  const refresh: RangeHandler = ({ body, lying }, store) => {
    const parsed = refreshSchema.safeParse(body);
    if (!parsed.success) return { status: 400, body: { error: 'bad request' } };
    const nonce = lying ? ANOTHER_NONCE : parsed.data.request_nonce;
    const bundle = measure(trustState(store), nonce, new Date(now()).toISOString());
    return { status: 200, body: { ...bundle, bundle_hmac: bundleHmac(bundle, key) } };
  };
  return {
    name: 'attestor',
    scope: [],
    effects: {},
    routes: {
      'GET /health': (_call, store) => ({
        status: 200,
        body: { status: 'ok', state: trustState(store) },
      }),
      'GET /api/v1/state': showTrustState,
      'POST /api/v1/refresh': refresh,
      'POST /range/state': setTrustState,
    },
    acting: ['POST /api/v1/refresh'],
    open: ['GET /health', 'GET /api/v1/state'],
    refusal: 403,
  };
}

function measure(state: TrustState, nonce: string, timestamp: string) {
  const trusted = state === 'trusted';
  return {
    timestamp,
    // The name that deployed attestors give to a trusted state.
    state: trusted ? 'attested' : state,
    assurance_mode: 'software',
    evidence_verified: trusted,
    request_nonce: nonce,
    boot_measurements: { secure_boot_enabled: false, measured_at: timestamp },
    deployment_digest: '',
    deployment_verified: false,
    release_source_commit: '',
    release_baseline_verified: false,
    service_digests: {},
    policy_digest: '',
    registry_manifest_hash: '',
    kernel_cmdline: 'practice range',
    kernel_lockdown: 'none',
    tpm_available: false,
    tpm_measurements_verified: false,
    tpm_quote_verified: false,
    tpm_ak_public_key_sha256: '',
    tpm_quote_pcr_selection: '',
    ...(!trusted && { failures: [`the practice host is ${state}`] }),
  };
}
