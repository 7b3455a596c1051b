// Versions of routing daemons, and what a target for one owes beyond emit/target.ts: which versions it can write for.

import type { Target } from '../../emit/target.ts';
import type { Speaker } from '../speaker.ts';

/** The first two numbers of a daemon's version: nothing that is emitted changes within them. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** A target for routing daemons. */
export interface RoutingTarget extends Target<Speaker, Version> {
  /** The version that is written for where none is named. */
  readonly usual: Version;
  /** The versions in words: "8.4 to 10". */
  readonly versions: string;
  supports(version: Version): boolean;
}

/** Reads `8.4`, `8.4.4` or `10`; undefined for anything else. */
export function readVersion(text: string): Version | undefined {
  const [, major, minor = '0'] = /^(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d{1,4})?$/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** The order of versions: below zero, zero or above. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor;
}

export function formatVersion(version: Version): string {
  return `${version.major}.${version.minor}`;
}
