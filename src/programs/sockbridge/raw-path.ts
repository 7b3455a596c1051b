// The names of raw dump files as socat 1.8 has them: $$, $PROGNAME, $TIMESTAMP, $MICROS and variables of the environment
// are put in. Pure.

/** What the names may tell. */
export interface PathFacts {
  readonly program: string;
  readonly pid: number;
  readonly now: Date;
  readonly micros: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The path with its variables put in; one that is not set is nothing. A backslash before `$` takes its meaning away. */
export function rawPath(text: string, facts: PathFacts): string {
  return text.replace(
    /\\\$|\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g,
    (found, braced: string | undefined, bare: string | undefined) => {
      if (found === '\\$') return '$';
      if (found === '$$') return String(facts.pid);
      return variable(braced ?? bare ?? '', facts);
    },
  );
}

function variable(name: string, { program, now, micros, env }: PathFacts): string {
  switch (name) {
    case 'PROGNAME':
      return program;
    case 'TIMESTAMP':
      return compact(now);
    case 'MICROS':
      return String(micros).padStart(6, '0');
    default:
      return env[name] ?? '';
  }
}

/** `20261122T082718`, local time. */
function compact(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
