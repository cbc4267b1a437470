import { readyProcess, type ReadyProcess } from './ready-process.ts';

/**
 * Python, because its process needs no file of its new root any more. The descriptor of a FUSE mount stays open for as
 * long as it lives, and nobody answers at it.
 */
const PROGRAM = `
import ctypes, os, subprocess, sys
script, root = sys.argv[1:3]
subprocess.run(['bash', '-euc', script], check=True, cwd=root, stdin=subprocess.DEVNULL)
for silent in sys.argv[3:]:
    fd = os.open('/dev/fuse', os.O_RDWR)
    options = f'fd={fd},rootmode=40000,user_id=0,group_id=0'.encode()
    target = os.path.join(root, silent).encode()
    if ctypes.CDLL(None, use_errno=True).mount(b'silent', target, b'fuse', 0, options) != 0:
        raise OSError(ctypes.get_errno(), 'mount')
os.chroot(root)
os.chdir('/')
print('ready', flush=True)
sys.stdin.read()
`;

export interface Container {
  /** Becomes its root; where the script runs. What the script mounts ends with the process. */
  root: string;
  script: string;
  /** Directories below the root on which a filesystem is mounted that never answers. */
  silent?: string[];
}

/** A process with a mount namespace and a root of its own. */
export function contained({ root, script, silent = [] }: Container): Promise<ReadyProcess> {
  return readyProcess('unshare', '-m', 'python3', '-c', PROGRAM, script, root, ...silent);
}
