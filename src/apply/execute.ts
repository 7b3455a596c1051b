// Carries out a plan on a machine, in order, and takes back what it began when a step fails. What to do was decided in
// apply/plan.ts.

import type { Host } from '../host/host.ts';
import { HostError } from '../host/host.ts';
import type { Step } from './plan.ts';

/** What became of a plan. */
export type Outcome =
  | { readonly done: true }
  | { readonly done: false; readonly step: Step; readonly code: string; readonly reason: string };

/**
 * Runs the steps. Before the first rename nothing that anyone reads has changed, so a failure there only removes the
 * temporary files; a rename that fails after others went through is reported as it is.
 */
export async function execute(steps: readonly Step[], host: Host): Promise<Outcome> {
  const temporaries = new Set<string>();
  for (const step of steps) {
    try {
      const refused = await carryOut(step, host, temporaries);
      if (refused !== undefined) {
        sweep(temporaries, host);
        return { done: false, step, code: 'REFUSED', reason: refused };
      }
    } catch (error) {
      sweep(temporaries, host);
      if (error instanceof HostError) return { done: false, step, code: error.code, reason: error.message };
      throw error;
    }
  }
  return { done: true };
}

/** Carries out one step; the text of a checker that refused, or undefined. */
async function carryOut(step: Step, host: Host, temporaries: Set<string>): Promise<string | undefined> {
  switch (step.kind) {
    case 'folder':
      host.makeFolder(step.path);
      return undefined;
    case 'write':
      // A temporary file of an earlier run that was killed is ours to replace.
      host.remove(step.temporary);
      temporaries.add(step.temporary);
      host.create(step.temporary, new TextEncoder().encode(step.text), step.mode);
      return undefined;
    case 'verify': {
      const finished = await host.run(step.argv);
      if (finished.status === 0) return undefined;
      const said =
        new TextDecoder().decode(finished.stderr).trim() || new TextDecoder().decode(finished.stdout).trim();
      return `${step.argv.join(' ')}: ${said === '' ? `ended with ${finished.status ?? finished.signal}` : said}`;
    }
    case 'rename':
      host.rename(step.from, step.to);
      temporaries.delete(step.from);
      return undefined;
  }
}

function sweep(temporaries: ReadonlySet<string>, host: Host): void {
  for (const path of temporaries) {
    try {
      host.remove(path);
    } catch {
      // The step's own failure is what the user must hear of; a left-over temporary file harms nobody.
    }
  }
}
