// sockbridge --emit systemd: the units of a command line, once all that is left to the bridge has been checked.

import { checkBridge } from '../../bridge/check.ts';
import { emitSystemd } from '../../bridge/emit-systemd.ts';
import { KINDS } from '../../bridge/endpoints/index.ts';
import { parseAddress } from '../../bridge/parse.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { GivenOptions } from '../../command/program.ts';
import { Source } from '../../document/source.ts';
import type { SERVICE_OPTIONS } from './service.ts';
import { preferencesOf, type TRANSFER_OPTIONS, waysOf } from './transfer.ts';

type Given = GivenOptions<typeof SERVICE_OPTIONS> & GivenOptions<typeof TRANSFER_OPTIONS>;

/** Options that say how a unit's bridge runs, and are kept in its command line. */
const KEPT = ['drain-timeout', 'exit-idle-time', 'total-timeout'] as const;

/** Prints the units; what they leave to the bridge must be right, and nothing is opened. */
export function emitUnits(left: Source, target: string, invocation: Given, io: Io): number {
  const parsed = parseAddress(left);
  if (!('read' in parsed)) {
    io.report(...parsed);
    return EXIT.usage;
  }
  const options: string[] = [];
  for (const name of KEPT) {
    const value = invocation.number(name);
    if (value !== undefined) options.push(`--${name}`, String(value));
  }
  for (const name of ['metrics', 'summary'] as const) {
    const value = invocation.text(name);
    if (value !== undefined) options.push(`--${name}`, value);
  }
  const units = emitSystemd(parsed.read, { program: process.argv[1] ?? 'sockbridge', options, target });
  if ('code' in units) {
    io.report(units);
    return EXIT.usage;
  }
  const { bridge, diagnostics } = checkBridge(
    new Source('ADDRESS1', units.address),
    new Source('ADDRESS2', target),
    waysOf(invocation),
    KINDS,
    preferencesOf(invocation),
    false,
  );
  io.report(...diagnostics);
  if (bridge === undefined) return EXIT.usage;
  io.write(`# /etc/systemd/system/${units.name}.socket\n${units.socket}\n`);
  io.write(`# /etc/systemd/system/${units.name}.service\n${units.service}`);
  return EXIT.ok;
}
