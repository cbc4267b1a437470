import { readFileSync } from 'node:fs';

/** Where `struct user_regs_struct` of x86-64 has them, in words. */
const REGISTERS = 27;
const RAX = 10;
const ORIG_RAX = 15;
const RIP = 16;
const CS = 17;
const RSP = 19;
const SS = 20;

/** The arguments of a system call in their order: rdi, rsi, rdx, r10, r8, r9. */
const ARGUMENTS = [14, 13, 12, 7, 9, 8];

/** The segments of every 64-bit program. */
const USER_CS = 0x33n;
const USER_SS = 0x2bn;

/** What the kernel tells of a thread that stands still, without stopping it by ptrace. Null where it runs. */
export function threadRegisters(threadDir: string): Buffer | null {
  const words = readFileSync(`${threadDir}/syscall`, 'latin1').trim().split(' ');
  const [sp, pc] = words.slice(-2);
  if (sp === undefined || pc === undefined || words.length < 3) return null;
  const registers = new BigInt64Array(REGISTERS);
  const set = (register: number, value: bigint) => {
    registers[register] = BigInt.asIntN(64, value);
  };
  const number = BigInt(words[0] ?? -1);
  set(ORIG_RAX, number);
  set(RAX, number);
  for (const [index, word] of words.slice(1, -2).entries())
    set(ARGUMENTS[index] ?? 0, BigInt(word));
  set(RSP, BigInt(sp));
  set(RIP, BigInt(pc));
  set(CS, USER_CS);
  set(SS, USER_SS);
  return Buffer.from(registers.buffer);
}
