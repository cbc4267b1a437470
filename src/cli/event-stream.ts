/** More than any ledger entry weighs: a report is 64 KiB at most. */
const LONGEST_EVENT = 1024 * 1024;

/**
 * The `data` of each event of a server-sent stream (WHATWG HTML §9.2.6). Comments, which keep the connection alive,
 * and the other fields are passed over: every entry carries its own sequence and type.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of lines(body)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n');
      data = [];
    } else if (line.startsWith('data:')) {
      data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    }
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be the first half of a CRLF that is still on its way.
    const parts = rest.split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_EVENT) throw new RangeError('an event of the stream is too long');
    yield* parts;
  }
}
