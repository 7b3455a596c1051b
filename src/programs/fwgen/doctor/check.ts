// What one check of fwgen doctor found. A finding never holds a secret: not a key, not a token, not a part of one.

export type Status = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly check: 'metadata' | 'region' | 'credentials' | 'clock' | 'endpoint';
  readonly status: Status;
  /** One clause: what was found. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** An environment variable; an empty one is as good as none. */
export type Variables = (name: string) => string | undefined;

export function variablesOf(env: Readonly<Record<string, string | undefined>>): Variables {
  return (name) => env[name] || undefined;
}
