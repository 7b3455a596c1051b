// The contract of everything that configuration can be emitted for. A target is data and two pure functions; what it
// can't express it refuses by name, and it never drops anything silently.

import type { Diagnostic } from '../document/diagnostic.ts';
import type { Artifact } from './artifact.ts';

/** A target for models of type M, with the options O that the command line may give it. */
export interface Target<M, O = undefined> {
  /** As `--target` takes it: `frr`, `nftables`. */
  readonly name: string;
  /** One clause for help and manual: "FRR 8.4 to 10.x, one integrated frr.conf". */
  readonly summary: string;
  /**
   * What the model asks for that this target can't express, by name: an error for what was asked for in words, a warning for
   * a default protection that it lacks. Without errors emit() may be called.
   */
  refuse(model: M, options: O): readonly Diagnostic[];
  /** The complete configuration, in a fixed order; the same model gives the same bytes. */
  emit(model: M, options: O): readonly Artifact[];
}
