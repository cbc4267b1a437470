import type { ProvidedContext } from 'vitest';
import { findExecutable } from '../../../src/engine/executable.ts';
import type { Need } from './needing.ts';

/** Prometheus's own, as Debian packages it. */
export const alertmanager = program(
  'alertmanager',
  'prometheus-alertmanager',
  'apt-get install -y --no-install-recommends prometheus-alertmanager',
);

/** Pinned in tools/opa and built once, which takes minutes. */
export const opa = program('opa', 'opa', built('opa', 'github.com/open-policy-agent/opa'));

/** Pinned in tools/cosign and built once, which takes minutes. */
export const cosign = program(
  'cosign',
  'cosign',
  built('cosign', 'github.com/sigstore/cosign/v2/cmd/cosign'),
);

function program(
  key: keyof ProvidedContext & ('alertmanager' | 'opa' | 'cosign'),
  name: string,
  remedy: string,
): Need {
  return async (project) => {
    const command = await findExecutable(name, process.env);
    if (command === null) return { what: name, why: 'it is not on PATH', remedy };
    project.provide(key, command);
    return undefined;
  };
}

function built(name: string, from: string): string {
  return `(cd tools/${name} && CGO_ENABLED=0 go build -trimpath -o /usr/local/bin/${name} ${from})`;
}
