import type { Collector } from '../../domain/host-capture.ts';
import type { CollectFrom } from './collector.ts';

/** Loads one collector; what the others need is not loaded with it. */
export type Collectors = Readonly<Partial<Record<Collector, () => Promise<CollectFrom>>>>;

export const COLLECTORS_OF_HOST: Collectors = {
  processes: async () => (await import('./processes.ts')).collectProcesses,
  network: async () => (await import('./network.ts')).collectNetwork,
  files: async () => (await import('./files.ts')).collectFiles,
  memory: async () => (await import('./memory.ts')).collectMemory,
  tmpfs: async () => (await import('./tmpfs.ts')).collectTmpfs,
  filesystem: async () => (await import('./filesystem.ts')).collectFilesystem,
  logs: async () => (await import('./logs.ts')).collectLogs,
};
