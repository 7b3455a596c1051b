// Artifacts -> steps, as data: what would be done, in order, before anything is done. Nothing is carried out here.

import { type Artifact, withPath } from '../emit/artifact.ts';

/** One change to a machine. `--dry-run` prints these; execute() carries out the very same. */
export type Step =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly temporary: string;
      readonly text: string;
      readonly mode: number;
    }
  | { readonly kind: 'verify'; readonly path: string; readonly argv: readonly string[] }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

export interface PlanOptions {
  /** The folder that stands for `/`: each artifact's path is put under it. */
  readonly root: string;
  /** Whether the targets' own checkers judge the files before they take their places. */
  readonly verify: boolean;
}

/**
 * The steps that put artifacts into a folder: all of them are written beside their places first, then judged, and only
 * then renamed, so that a failure leaves every old file as it was.
 */
export function planFiles(artifacts: readonly Artifact[], options: PlanOptions): readonly Step[] {
  const root = options.root.replace(/\/+$/, '');
  const placed = artifacts.map((artifact) => {
    const path = `${root}/${artifact.path.replace(/^\/+/, '')}`;
    const slash = path.lastIndexOf('/');
    return {
      artifact,
      path,
      folder: path.slice(0, slash),
      temporary: `${path.slice(0, slash)}/.${path.slice(slash + 1)}.new`,
    };
  });
  const folders = [...new Set(placed.map(({ folder }) => folder))].sort();
  const steps: Step[] = folders.map((path) => ({ kind: 'folder', path }));
  for (const { artifact, path, temporary } of placed) {
    steps.push({ kind: 'write', path, temporary, text: artifact.text, mode: artifact.mode });
  }
  if (options.verify) {
    for (const { artifact, path, temporary } of placed) {
      if (artifact.verify !== undefined)
        steps.push({ kind: 'verify', path, argv: withPath(artifact.verify, temporary) });
    }
  }
  for (const { path, temporary } of placed) steps.push({ kind: 'rename', from: temporary, to: path });
  return steps;
}

/** A step in one line, as `--dry-run` prints it. */
export function describe(step: Step): string {
  switch (step.kind) {
    case 'folder':
      return `mkdir -p ${step.path}`;
    case 'write':
      return `write ${step.temporary} (${new TextEncoder().encode(step.text).length} bytes, mode ${step.mode.toString(8).padStart(4, '0')})`;
    case 'verify':
      return `run ${step.argv.join(' ')}`;
    case 'rename':
      return `mv ${step.from} ${step.to}`;
  }
}
