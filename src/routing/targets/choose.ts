// A target by what the user wrote: `frr`, `frr@8.4`, on the command line or in the site file.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Span } from '../../document/source.ts';
import { suggest } from '../../document/suggest.ts';
import { diagnose } from '../faults.ts';
import { TARGETS } from './index.ts';
import { type RoutingTarget, readVersion, type Version } from './version.ts';

/** A target for one version. */
export interface Chosen {
  readonly target: RoutingTarget;
  readonly version: Version;
}

/** The target that `NAME` or `NAME@VERSION` names, or what is wrong with it; `span` is where the text stands. */
export function chooseTarget(text: string, span: Span): Chosen | { readonly problem: Diagnostic } {
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) {
    const names = TARGETS.map((each) => each.name);
    const near = suggest(name, names);
    return {
      problem: diagnose('BGP028', span, `${JSON.stringify(name)} is no daemon that can be emitted for`, {
        hint: near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`,
      }),
    };
  }
  if (at < 0) return { target, version: target.usual };
  const version = readVersion(text.slice(at + 1));
  if (version !== undefined && target.supports(version)) return { target, version };
  const what =
    version === undefined
      ? `${JSON.stringify(text.slice(at + 1))} is no version`
      : `${name} ${text.slice(at + 1)} can't be emitted for`;
  return {
    problem: diagnose('BGP028', span, what, { hint: `${name} is written for ${target.versions}` }),
  };
}
