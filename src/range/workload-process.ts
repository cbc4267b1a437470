import { createServer } from 'node:net';

/** Something to find in the memory of the practice agent: 8 MiB, as a small agent's context has. */
const held = Buffer.alloc(8 * 1024 * 1024, 'the practice agent remembers this. ');

/** A socket, so that it has connections to tell of. */
const server = createServer().listen(0, '127.0.0.1', () => {
  process.stdout.write(`at work, with ${held.length} bytes in mind\n`);
});

// It ends with the range that started it.
process.stdin.on('close', () => server.close()).resume();
