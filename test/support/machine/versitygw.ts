import { findExecutable } from '../../../src/engine/executable.ts';
import type { Need } from './needing.ts';

const BUILD =
  'go build -trimpath -o /usr/local/bin/versitygw github.com/versity/versitygw/cmd/versitygw';

/** A server of S3 with Object Lock, pinned in tools/versitygw and built once, which takes minutes. */
export const versitygw: Need = async (project) => {
  const command = await findExecutable('versitygw', process.env);
  if (command === null) {
    const remedy = `(cd tools/versitygw && CGO_ENABLED=0 ${BUILD})`;
    return { what: 'versitygw', why: 'it is not on PATH', remedy };
  }
  project.provide('versitygw', command);
  return undefined;
};
