import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What is done about a call; it may take its time. */
export type Respond = (...call: Parameters<RequestListener>) => unknown;

/** Something that listens until the test ends, whatever it answers; its URL. With a certificate, over TLS only. */
export async function startListener(
  respond: Respond,
  tls?: { cert: Buffer; key: Buffer },
): Promise<string> {
  const listen: RequestListener = (...call) => void respond(...call);
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? 'http' : 'https'}://localhost:${port}`;
}
