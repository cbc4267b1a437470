import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readyProcess, type ReadyProcess } from './ready-process.ts';

/** Says the addresses of its markers, in the order of PLACES. Each marker is put together at run time. */
const SOURCE = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *waits(void *unused) { pause(); return unused; }

static char *mark(char *at, const char *what) {
  snprintf(at, 64, "MARKER-%s", what);
  return at;
}

static char *mapped(int fd, int flags, const char *what) {
  if (fd >= 0) ftruncate(fd, 4096);
  char *at = mmap(0, 4096, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (at == MAP_FAILED) { perror(what); exit(1); }
  return mark(at, what);
}

int main(int argc, char **argv) {
  size_t size = strtoul(argv[1], 0, 10) << 20;
  pthread_t thread;
  pthread_create(&thread, 0, waits, 0);
  mmap(0, 8ul << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  char *heap = mark(malloc(64), "heap");
  char *bulk = malloc(size);
  for (size_t i = 0; i < size; i += 4096) bulk[i] = (char)(i >> 12);
  char *memfd = mapped(memfd_create("m", 0), MAP_SHARED, "memfd");
  int gone = open(argv[2], O_RDWR | O_CREAT, 0600);
  char *deleted = mapped(gone, MAP_SHARED, "deleted");
  unlink(argv[2]);
  char *hidden = mapped(-1, MAP_PRIVATE | MAP_ANONYMOUS, "dontdump");
  madvise(hidden, 4096, MADV_DONTDUMP);
  char *guarded = mapped(-1, MAP_PRIVATE | MAP_ANONYMOUS, "guarded");
  mprotect(guarded, 4096, PROT_NONE);
  char *secret = mapped(syscall(SYS_memfd_secret, 0), MAP_SHARED, "secretmem");
  printf("%p %p %p %p %p %p\\n", heap, memfd, deleted, hidden, guarded, secret);
  fflush(stdout);
  getchar();
  return 0;
}
`;

const PLACES = ['heap', 'memfd', 'deleted', 'dontdump', 'guarded', 'secretmem'] as const;

export interface MemoryVictim extends ReadyProcess {
  /** Addresses by place, in hex. */
  at: Record<(typeof PLACES)[number], string>;
}

/** Compiles the program into the folder. Its path. */
export function compileVictim(folder: string): string {
  writeFileSync(join(folder, 'victim.c'), SOURCE);
  const program = join(folder, 'victim');
  execFileSync('gcc', ['-pthread', '-w', '-o', program, join(folder, 'victim.c')]);
  return program;
}

/** Two threads, a reservation of 8 GiB that is empty, and markers in every kind of memory. `mebibytes` of its heap are in use. */
export async function memoryVictim(program: string, mebibytes: number): Promise<MemoryVictim> {
  const victim = await readyProcess(program, String(mebibytes), `${program}.deleted`);
  const addresses = victim.said.split(' ');
  const at = Object.fromEntries(PLACES.map((place, index) => [place, addresses[index] ?? '']));
  return { ...victim, at: at as MemoryVictim['at'] };
}
