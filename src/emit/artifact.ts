// What a target owes: the text of a file, where it belongs, whose it is, and how it is verified and loaded. Data only;
// nothing is written and nothing is run here.

import type { KernelContents } from './kernel.ts';

/** One file of a configuration. Where there are several, they are loaded in the order in which the target gives them. */
export interface Artifact {
  /** Where it belongs on the machine, absolute: `/etc/frr/frr.conf`. `--out DIR` puts it under another root. */
  readonly path: string;
  /** Permission bits: 0o640 for what holds a secret. */
  readonly mode: number;
  /** `user:group` that the daemon expects to own it; absent means root. */
  readonly owner?: string;
  readonly text: string;
  /** The command that judges the file without loading it; `{}` stands for its path. Absent where the target has none that can fail. */
  readonly verify?: readonly string[];
  /** The command that loads it; `{}` stands for its path. Absent where another artifact's load does it. */
  readonly load?: readonly string[];
  /** A packet filter's chains, jumps and sets, for a differ; absent for files that are loaded only as a whole. */
  readonly contents?: KernelContents;
}

/** The command of an artifact with its path put in. */
export function withPath(argv: readonly string[], path: string): readonly string[] {
  return argv.map((word) => word.replaceAll('{}', path));
}
