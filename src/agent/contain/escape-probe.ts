import { createSocket } from 'node:dgram';

/** Of TEST-NET-2 (RFC 5737): nobody is there, and no route but the default one leads to it. */
const NOWHERE = '198.51.100.1';

/** The discard protocol (RFC 863). */
const PORT = 9;

/** A program: says `sent` where a datagram leaves the namespace that it runs in, else why the kernel refuses it. */
const socket = createSocket('udp4');
socket.send('', PORT, NOWHERE, (error) => {
  process.stdout.write(
    error === null ? 'sent' : ('code' in error && String(error.code)) || 'failed',
  );
  socket.close();
});
