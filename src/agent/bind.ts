import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** Where the agent listens. */
export type Bind = { path: string } | { host: string; port: number };

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `host:port`, `[::1]:port` or `unix:/a/path`. */
export const bindSchema = z.string().transform((text, context): Bind => {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [, host, port] = /^(\[[^\]]+\]|[^:\s]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    context.addIssue({ code: 'custom', message: 'is neither host:port nor unix:/path' });
    return z.NEVER;
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
});

/** Whether only this machine can reach it; a name other than localhost may be resolved to anything. */
export function isLocal(bind: Bind): boolean {
  if ('path' in bind || bind.host === 'localhost') return true;
  const version = isIP(bind.host);
  return version !== 0 && LOOPBACK.check(bind.host, version === 4 ? 'ipv4' : 'ipv6');
}
