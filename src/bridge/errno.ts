// Failed system calls in the words that a log line uses: `Connection refused`.

import { getSystemErrorMap } from 'node:util';

/** The errno name of an error that Node raised: `ECONNREFUSED`; '' where it has none. */
export function codeOf(error: unknown): string {
  // A connection that was tried at several addresses fails with one error for each; the last one is as good as any.
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1));
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What strerror(3) says of an error that Node raised, or its own message where it is not a system's. */
export function reasonOf(error: unknown): string {
  return textOf(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));
}

/** What strerror(3) says of an errno by its name. libuv has the same texts, without a capital. */
export function textOf(code: string): string | undefined {
  if (code === 'ENOTFOUND') return 'Name or service not known';
  for (const [name, text] of getSystemErrorMap().values()) {
    if (name === code) return text.charAt(0).toUpperCase() + text.slice(1);
  }
  return undefined;
}
