// Runs a program: parses its command line, hands it its Io, turns what it throws into one line and an exit status. The
// only place that sets the process's exit status; nothing in the suite calls process.exit, which would cut piped output.

import { basename } from 'node:path';
import { type Host, HostError } from '../host/host.ts';
import { nodeHost } from '../host/node.ts';
import { EXIT, exitOfErrno } from './exit.ts';
import { Io } from './io.ts';
import { helpText, parseCommandLine } from './parser.ts';
import { hasVerbs, type Program } from './program.ts';
import { UsageError, usageLine } from './usage.ts';
import { VERSION } from './version.ts';

/** The entry of every launcher. */
export async function main(program: Program): Promise<void> {
  const [, script = '', ...words] = process.argv;
  process.exitCode = await runProgram(program, words, nodeHost(), basename(script));
}

/**
 * Runs a program on a machine, real or played; gives its exit status. `called` is the name that it was called by, which is
 * another one where a link of that name points at it.
 */
export async function runProgram(
  program: Program,
  words: readonly string[],
  host: Host,
  called: string = program.name,
): Promise<number> {
  const io = new Io(program.name, host);
  try {
    const standIn = program.standIn?.(called, words);
    const status = await (standIn === undefined ? dispatch(program, words, io) : standIn(io));
    io.flush();
    return status;
  } catch (error) {
    return complainOf(error, io);
  }
}

async function dispatch(program: Program, words: readonly string[], io: Io): Promise<number> {
  const parsed = parseCommandLine(program, words);
  switch (parsed.kind) {
    case 'run':
      return parsed.verb.run(parsed.values, parsed.operands, io);
    case 'version':
      io.write(`${program.name} (penstock) ${VERSION}\n`);
      return EXIT.ok;
    case 'help':
      io.write(await helpText(program, parsed.verb, io.host.columns() ?? 80));
      return EXIT.ok;
    case 'fault': {
      io.complain(parsed.message);
      const lines: string[] = [];
      if (parsed.hint !== undefined) lines.push(`  hint: ${parsed.hint}`);
      if (parsed.verb !== undefined) lines.push(usageLine(program, parsed.verb));
      const verb = parsed.verb !== undefined && hasVerbs(program) ? `${parsed.verb.name} ` : '';
      lines.push(
        `'${program.name} ${verb}--help' tells more; the manual is ${program.name}(${program.section})`,
      );
      io.host.write(2, new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
      return EXIT.usage;
    }
  }
}

/** A failed call to the system is one line and its status; anything else is a fault of ours, said with its trace. */
function complainOf(error: unknown, io: Io): number {
  if (error instanceof UsageError) {
    if (error.diagnostic === undefined) io.complain(error.message);
    else io.report(error.diagnostic);
    return EXIT.usage;
  }
  if (error instanceof HostError) {
    try {
      io.complain(error.message);
    } catch {
      // Standard output, which complain() flushes first, is what failed.
      io.host.write(2, new TextEncoder().encode(`${io.name}: ${error.message}\n`));
    }
    return exitOfErrno(error.code, error.direction);
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.complain(`a fault in the program itself, please report it: ${trace}`);
  return EXIT.software;
}
