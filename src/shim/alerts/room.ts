import { unavailable } from '../refuse.ts';

/** Senders give up after five seconds (Keylime, EventBridge); before that they are told to come again. */
const LONGEST_WAIT_MS = 3_000;

/** Each that waits costs a connection; more of them than this would not be reached in time anyway. */
const MOST_WAITING = 1_000;

/** So many bytes of deliveries as the memory is to hold at once, given in the order of asking. */
export interface Room {
  /** Resolves with the way to give them back, which may be called twice. Refuses with `too_many_deliveries`. */
  enter(bytes: number): Promise<() => void>;
}

interface Waiting {
  bytes: number;
  admit: () => void;
}

export function createRoom(total: number): Room {
  const queue: Waiting[] = [];
  let free = total;

  const take = (bytes: number) => {
    free -= bytes;
    let taken = bytes;
    return () => {
      free += taken;
      taken = 0;
      admitNext();
    };
  };
  const admitNext = () => {
    for (let first = queue[0]; first !== undefined && first.bytes <= free; first = queue[0]) {
      queue.shift();
      first.admit();
    }
  };

  return {
    enter: async (asked) => {
      const bytes = Math.min(asked, total);
      if (queue.length === 0 && bytes <= free) return take(bytes);
      if (queue.length >= MOST_WAITING) return full();
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          bytes,
          admit: () => {
            clearTimeout(timer);
            resolve(take(bytes));
          },
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(waiting), 1);
          // The next in the queue may be smaller.
          admitNext();
          full().catch(reject);
        }, LONGEST_WAIT_MS);
        queue.push(waiting);
      });
    },
  };
}

async function full(): Promise<never> {
  return unavailable('too_many_deliveries', 'Too many deliveries are being read; send it again');
}
