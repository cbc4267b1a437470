import type { Exported } from './export.ts';
import type { Reply } from './route.ts';

/** A bundle as a file to be kept, named after its instant; `about` is '' where it is of everything. */
export function bundleReply({ exportedAt, bytes }: Exported, about: string): Reply {
  const instant = exportedAt.replace(/\.\d+/, '').replaceAll(/[:-]/g, '');
  const name = ['forensic-bundle', about, instant].filter((part) => part !== '').join('-');
  return {
    headers: {
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${name}.json"`,
    },
    body: bytes,
  };
}
