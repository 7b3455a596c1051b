// What a rehearsal must know of the site's routing daemon: which files it wants, which processes it is, and how it is asked.
// Data and pure functions; argument lists are run inside the router's namespace.

import type { Artifact } from '../../../emit/artifact.ts';
import type { Session, Speaker } from '../../speaker.ts';
import type { Version } from '../../targets/version.ts';

export interface StageDaemon {
  /** The target that it is emitted for. */
  readonly target: string;
  /** Prints its version, in which `version` finds it. */
  readonly asks: readonly string[];
  readonly version: RegExp;
  /** Whether what it learns reaches the kernel, so that packets follow. */
  forwards(version: Version): boolean;
  /** The user that its folder must belong to. */
  readonly owner: string;
  /** The files of its folder, by name. */
  files(folder: string, artifacts: readonly Artifact[]): ReadonlyMap<string, string>;
  processes(folder: string, artifacts: readonly Artifact[], version: Version): readonly Process[];
  /** Files that are there when it can be spoken to. */
  sockets(folder: string, artifacts: readonly Artifact[]): readonly string[];
  /** Commands that load the configuration once it can be spoken to. */
  load(folder: string, artifacts: readonly Artifact[]): readonly (readonly string[])[];
  /** What it has taken of a neighbour. */
  routes(folder: string, session: Session, speaker: Speaker): readonly string[];
  routesIn(answer: string): readonly string[];
  /** Closes a session, as for maintenance, and opens it again. */
  close(folder: string, session: Session, speaker: Speaker): readonly string[];
  open(folder: string, session: Session, speaker: Speaker): readonly string[];
}

export interface Process {
  readonly name: string;
  readonly argv: readonly string[];
  /** Whether it is the one that speaks BGP. */
  readonly bgp: boolean;
  /** A file that must be there before the next one is started. */
  readonly opens?: string;
}

/** The text of the artifact that ends with a path; empty where there is none. */
export function artifactText(artifacts: readonly Artifact[], end: string): string {
  return artifacts.find(({ path }) => path.endsWith(end))?.text ?? '';
}
