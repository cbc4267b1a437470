import { Fault } from '../domain/fault.ts';

export type EngineFaultCode =
  | 'temporal_not_found'
  | 'temporal_cli_unusable'
  | 'temporal_download_failed'
  | 'temporal_build_failed'
  | 'lock_timeout'
  | 'engine_home_in_use'
  | 'engine_port_in_use'
  | 'engine_data_version'
  | 'engine_not_ready'
  | 'engine_bootstrap_failed';

/** A reason why there is no engine. None is retryable: a person, or a later start, has to change something first. */
export function engineFault(code: EngineFaultCode, message: string, cause?: unknown): Fault {
  return new Fault(code, message, { retryable: false, cause });
}
